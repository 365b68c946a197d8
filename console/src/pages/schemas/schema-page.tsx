import {
  ActionMenu,
  Button,
  ButtonGroup,
  Content,
  Dialog,
  DialogContainer,
  Form,
  Heading,
  Link,
  MenuItem,
  Text,
  TextField,
} from '@react-spectrum/s2'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { useState } from 'react'
import { useClient } from '../../api/client.ts'
import { useDoing, useQuestion } from '../../ui/actions.tsx'
import { DataTable } from '../../ui/data-table.tsx'
import { code, Facts, panel } from '../../ui/facts.tsx'
import { amount } from '../../ui/figures.ts'
import { Page, Section } from '../../ui/page.tsx'
import { paths } from '../../ui/paths.ts'
import { Loaded } from '../../ui/states.tsx'
import { fieldsOf } from './schema-fields.ts'

type Schema = Readonly<Record<string, unknown>>

/** One schema: its fields, and what is made after it. */
export function SchemaPage() {
  const { schemaId = '' } = useParams({ strict: false }) as { readonly schemaId?: string }
  const client = useClient()
  const query = useQuery({
    queryKey: ['schemas', 'one', schemaId],
    queryFn: async ({ signal }) => (await client.registry.schemas.get(schemaId, { signal })) as Schema,
  })
  return (
    <Page
      title={String(query.data?.['title'] ?? 'Schema')}
      above={[{ title: 'Schemas', href: paths.schemas }]}
      description={query.data?.['description'] === undefined ? undefined : String(query.data['description'])}
      actions={query.data && <SchemaMenu schema={query.data} />}
    >
      <Loaded query={query} label="schema" heights={[100, 320]}>
        {(schema) => (
          <>
            <About schema={schema} />
            <Fields schema={schema} />
            <MadeAfter schemaId={String(schema['$id'])} />
          </>
        )}
      </Loaded>
    </Page>
  )
}

function About({ schema }: { readonly schema: Schema }) {
  return (
    <div className={panel}>
      <Facts
        facts={[
          ['Version', String(schema['version'] ?? '')],
          [
            'Class',
            <span key="c" className={code}>
              {String(schema['meta:class'] ?? '')}
            </span>,
          ],
          [
            'Id',
            <span key="i" className={code}>
              {String(schema['$id'])}
            </span>,
          ],
        ]}
      />
    </div>
  )
}

function Fields({ schema }: { readonly schema: Schema }) {
  const fields = fieldsOf(schema)
  return (
    <Section title="Fields" note={amount(fields.length, 'field')}>
      <DataTable
        label="Fields of the schema"
        rows={fields}
        keyOf={({ path }) => path}
        columns={[
          { key: 'path', title: 'Field', cell: ({ path }) => <span className={code}>{path}</span> },
          { key: 'type', title: 'Type', cell: ({ type }) => type },
          { key: 'rules', title: 'Rules', cell: ({ rules }) => (rules === '' ? '–' : rules) },
          { key: 'title', title: 'Title', cell: ({ title }) => title ?? '–' },
        ]}
      />
    </Section>
  )
}

function MadeAfter({ schemaId }: { readonly schemaId: string }) {
  const client = useClient()
  const query = useQuery({
    queryKey: ['datasets', 'of', schemaId],
    queryFn: async ({ signal }) =>
      (await client.datasets.list({ limit: 100, 'schemaRef.id': schemaId } as never, { signal })).filter(
        ({ schemaRef }) => schemaRef.id === schemaId,
      ),
  })
  return (
    <Section title="Datasets">
      <Loaded query={query} label="datasets">
        {(datasets) =>
          datasets.length === 0 ? (
            <p>No dataset has this schema.</p>
          ) : (
            <DataTable
              label="Datasets of the schema"
              rows={datasets}
              keyOf={({ id }) => id}
              columns={[
                {
                  key: 'name',
                  title: 'Dataset',
                  cell: ({ id, name }) => <Link href={paths.dataset(id)}>{name}</Link>,
                },
                { key: 'id', title: 'Id', cell: ({ id }) => <span className={code}>{id}</span> },
              ]}
            />
          )
        }
      </Loaded>
    </Section>
  )
}

function SchemaMenu({ schema }: { readonly schema: Schema }) {
  const client = useClient()
  const navigate = useNavigate()
  const [dialog, ask] = useQuestion()
  const [isEditing, setEditing] = useState(false)
  const id = String(schema['meta:altId'])
  const remove = useDoing({
    doIt: () => client.registry.schemas.delete(id),
    done: 'The schema is deleted.',
    onDone: () => void navigate({ to: paths.schemas } as never),
  })
  return (
    <>
      {dialog}
      <DialogContainer onDismiss={() => setEditing(false)}>
        {isEditing && <EditDialog schema={schema} onClose={() => setEditing(false)} />}
      </DialogContainer>
      <ActionMenu
        aria-label="Actions for this schema"
        isQuiet
        onAction={(key) =>
          key === 'edit'
            ? setEditing(true)
            : ask({
                title: `Delete ${String(schema['title'])}?`,
                words: 'A schema that a dataset has is refused.',
                verb: 'Delete schema',
                isDestructive: true,
                onYes: () => remove.run(undefined),
              })
        }
      >
        <MenuItem id="edit" textValue="Edit title and description">
          <Text slot="label">Edit title and description</Text>
        </MenuItem>
        <MenuItem id="delete" textValue="Delete">
          <Text slot="label">Delete</Text>
        </MenuItem>
      </ActionMenu>
    </>
  )
}

function EditDialog({ schema, onClose }: { readonly schema: Schema; readonly onClose: () => void }) {
  const client = useClient()
  const [title, setTitle] = useState(String(schema['title'] ?? ''))
  const [description, setDescription] = useState(String(schema['description'] ?? ''))
  const save = useDoing({
    doIt: () =>
      client.registry.schemas.patch(String(schema['meta:altId']), [
        { op: 'replace', path: '/title', value: title },
        { op: 'add', path: '/description', value: description },
      ]),
    done: 'The schema is changed.',
    onDone: onClose,
  })
  return (
    <Dialog size="S">
      <Heading slot="title">Edit schema</Heading>
      <Content>
        <Form>
          <TextField label="Title" isRequired value={title} onChange={setTitle} />
          <TextField label="Description" value={description} onChange={setDescription} />
        </Form>
      </Content>
      <ButtonGroup>
        <Button variant="secondary" onPress={onClose}>
          Cancel
        </Button>
        <Button
          variant="accent"
          isPending={save.isPending}
          isDisabled={title.trim() === ''}
          onPress={() => save.run(undefined)}
        >
          Save
        </Button>
      </ButtonGroup>
    </Dialog>
  )
}
