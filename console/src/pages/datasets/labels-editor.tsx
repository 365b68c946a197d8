import { HeadwaterError } from '@headwater/client/error.ts'
import { Button, Form, Tag, TagGroup, TextField } from '@react-spectrum/s2'
import { style } from '@react-spectrum/s2/style' with { type: 'macro' }
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useClient } from '../../api/client.ts'
import { useDoing } from '../../ui/actions.tsx'
import { panel } from '../../ui/facts.tsx'
import { Loaded } from '../../ui/states.tsx'

interface Known {
  /** Absent while the dataset has none. */
  readonly etag: string | undefined
  readonly labels: readonly string[]
  readonly rest: object
}

/** Labels of data usage: what the data may be used for. */
export function LabelsEditor({ datasetId }: { readonly datasetId: string }) {
  const client = useClient()
  const query = useQuery({
    queryKey: ['dataset', datasetId, 'labels'],
    queryFn: async ({ signal }): Promise<Known> => {
      try {
        const { etag, labels = [], ...rest } = await client.datasets.getLabels(datasetId, { signal })
        return { etag, labels, rest }
      } catch (error) {
        if (error instanceof HeadwaterError && error.status === 404)
          return { etag: undefined, labels: [], rest: {} }
        throw error
      }
    },
  })
  return (
    <Loaded query={query} label="labels" heights={[120]}>
      {(known) => <Editor datasetId={datasetId} known={known} />}
    </Loaded>
  )
}

function Editor({ datasetId, known }: { readonly datasetId: string; readonly known: Known }) {
  const client = useClient()
  const [name, setName] = useState('')
  const save = useDoing({
    doIt: (labels: readonly string[]) => {
      const body = { ...known.rest, labels: [...labels] }
      return known.etag === undefined
        ? client.datasets.createLabels(datasetId, body)
        : client.datasets.replaceLabels(datasetId, known.etag, body)
    },
    done: 'The labels are saved.',
    onDone: () => setName(''),
  })
  const isKnown = known.labels.includes(name.trim())
  return (
    <div className={panel}>
      <TagGroup
        label="Labels of data usage"
        description="They say what the data may be used for: C1 contract data, I1 identity data, S1 sensitive data, and those of your own."
        items={known.labels.map((id) => ({ id }))}
        onRemove={(keys) => save.run(known.labels.filter((label) => !keys.has(label)))}
        renderEmptyState={() => 'No labels yet'}
      >
        {({ id }) => <Tag id={id}>{id}</Tag>}
      </TagGroup>
      <Form
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() !== '' && !isKnown) save.run([...known.labels, name.trim()])
        }}
      >
        <div className={style({ display: 'flex', flexWrap: 'wrap', gap: 12, alignItems: 'end' })}>
          <TextField
            label="New label"
            styles={style({ width: 224 })}
            value={name}
            onChange={setName}
            isInvalid={isKnown}
            errorMessage="The dataset has this label."
          />
          <Button
            type="submit"
            variant="secondary"
            isPending={save.isPending}
            isDisabled={name.trim() === '' || isKnown}
          >
            Add label
          </Button>
        </div>
      </Form>
    </div>
  )
}
