import { compileJavaRegex, matchesWholly } from '#mapping/java-regex.ts'
import { textAt } from './arguments.ts'
import { checked, defineFunction, type MappingFunction, required } from './define-function.ts'

const category = 'Regular expression' as const
const params = [
  required('text', 'string', 'The text to search'),
  checked(required('regex', 'string', 'Regular expression in the notation of Java'), compileJavaRegex),
]

export const REGEX_FUNCTIONS: readonly MappingFunction[] = [
  defineFunction({
    name: 'extract_regex',
    category,
    description: 'Finds the first match of a regular expression and takes its groups out.',
    params,
    returns: 'The match and then its groups; empty when nothing matches',
    returnType: 'array',
    example: 'extract_regex("E259,E259B_009,1_1", "([^,]+),[^,]*,([^,]+)")',
    result: '["E259,E259B_009,1_1","E259","1_1"]',
    evaluate: (args) => {
      const match = compileJavaRegex(textAt(args, 1)).exec(textAt(args, 0))
      return match ? Array.from(match, (group: string | undefined) => group ?? null) : []
    },
  }),
  defineFunction({
    name: 'matches_regex',
    category,
    description: 'Tells whether a whole text fits a regular expression.',
    params,
    returns: 'True when all of the text fits',
    returnType: 'boolean',
    example: 'matches_regex("E259,E259B_009,1_1", "([^,]+),[^,]*,([^,]+)")',
    result: 'true',
    evaluate: (args) => matchesWholly(textAt(args, 0), textAt(args, 1)),
  }),
]
