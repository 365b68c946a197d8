import { AlertDialog, DialogContainer, ToastQueue } from '@react-spectrum/s2'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import { wordsOf } from './states.tsx'

export interface Doing<Given> {
  readonly run: (given: Given) => void
  readonly isPending: boolean
}

/** Does something, says that it is done or why not, and has what is shown read again. */
export function useDoing<Given, Answer = unknown>(options: {
  readonly doIt: (given: Given) => Promise<Answer>
  /** Said when it is done; nothing when absent. */
  readonly done?: string | ((answer: Answer) => string) | undefined
  readonly onDone?: ((answer: Answer) => void) | undefined
}): Doing<Given> {
  const queries = useQueryClient()
  const { mutate, isPending } = useMutation({
    mutationFn: options.doIt,
    onSuccess: (answer) => {
      const words = typeof options.done === 'function' ? options.done(answer) : options.done
      if (words !== undefined) ToastQueue.positive(words, { timeout: 5_000 })
      void queries.invalidateQueries()
      options.onDone?.(answer)
    },
    onError: (error) => {
      const { title, message } = wordsOf(error)
      ToastQueue.negative(`${title}: ${message}`)
    },
  })
  return { run: mutate, isPending }
}

export interface Question {
  readonly title: string
  readonly words: ReactNode
  /** On the button: what is done. */
  readonly verb: string
  readonly isDestructive?: boolean | undefined
  readonly onYes: () => void
}

/** Asks before something is done that cannot be undone. */
export function useQuestion(): readonly [ReactNode, (question: Question) => void] {
  const [question, ask] = useState<Question>()
  const dialog = (
    <DialogContainer onDismiss={() => ask(undefined)}>
      {question !== undefined && (
        <AlertDialog
          title={question.title}
          variant={question.isDestructive === true ? 'destructive' : 'confirmation'}
          primaryActionLabel={question.verb}
          cancelLabel="Cancel"
          onPrimaryAction={question.onYes}
        >
          {question.words}
        </AlertDialog>
      )}
    </DialogContainer>
  )
  return [dialog, ask]
}
