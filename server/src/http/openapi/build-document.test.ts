import pino from 'pino'
import { Type } from 'typebox'
import { expect, test } from 'vitest'
import { type App, createApp } from '#http/app.ts'
import { PlainProblem } from '#http/problem.ts'
import { addErrors, addHeaders } from './add-docs.ts'
import { documentErrors } from './route-docs.ts'

const City = Type.Object({ name: Type.String() }, { title: 'City', examples: [{ name: 'Paris' }] })
const { CityGone } = documentErrors(Type.Object({}, { title: 'Fault' }), {
  CityGone: ['There is no such city', new PlainProblem(404, 'NotFoundError', 'There is no Atlantis.')],
})

async function documentOf(register: (app: App) => void) {
  const app = await createApp({ log: pino({ level: 'silent' }), version: 'test' })
  await app.register(async (service) => register(service as App))
  await app.ready()
  // biome-ignore lint/suspicious/noExplicitAny: the tests look at it as they like
  return app.swagger() as any
}

const told = (operationId: string) => ({
  operationId,
  summary: 'Something',
  tags: ['Health'],
  security: [],
})
const handler = async () => ({})

test('a schema with a name is a component, and its examples are told once', async () => {
  const { paths, components } = await documentOf((app) => {
    app.get('/one', { schema: { ...told('one'), response: { 200: City } }, handler })
    app.get('/all', { schema: { ...told('all'), response: { 200: Type.Array(City) } }, handler })
  })
  const ref = { $ref: '#/components/schemas/City' }
  expect(paths['/one'].get.responses[200].content['application/json']).toEqual({
    schema: ref,
    examples: { City: { $ref: '#/components/examples/City' } },
  })
  expect(paths['/all'].get.responses[200].content['application/json'].schema.items).toEqual(ref)
  expect(components.schemas.City).toEqual({
    type: 'object',
    required: ['name'],
    properties: { name: { type: 'string' } },
    title: 'City',
  })
  expect(components.examples.City).toEqual({ value: { name: 'Paris' } })
})

test('errors and headers of a family belong to its routes alone, and come from one declaration', async () => {
  const { paths, components } = await documentOf((app) => {
    app.get('/before', { schema: { ...told('before') }, handler })
    addErrors(app, [CityGone])
    addHeaders(app, { 'x-map': Type.Optional(Type.String({ title: 'Map', description: 'Which map' })) })
    app.get('/:id', { schema: told('after'), handler })
  })
  expect(paths['/before'].get.responses).toEqual({})
  expect(paths['/{id}'].get.parameters).toEqual([{ $ref: '#/components/parameters/Map' }])
  expect(components.parameters.Map).toMatchObject({ name: 'x-map', in: 'header', required: false })
  const { content, description } = paths['/{id}'].get.responses[404]
  expect(description).toContain('- `CityGone`: There is no such city')
  expect(content['application/json'].examples).toEqual({
    CityGone: { $ref: '#/components/examples/CityGone' },
  })
  expect(components.examples.CityGone.value).toMatchObject({ status: 404, detail: 'There is no Atlantis.' })
})

test('two schemas of one name, and a route that says nothing of itself, are mistakes', async () => {
  const other = Type.Object({ mayor: Type.String() }, { title: 'City' })
  const twice = documentOf((app) => {
    app.get('/one', { schema: { ...told('one'), response: { 200: City } }, handler })
    app.get('/two', { schema: { ...told('two'), response: { 200: other } }, handler })
  })
  await expect(twice).rejects.toThrow('two schemas of the API have the title City')
  const silent = documentOf((app) => app.get('/silent', handler))
  await expect(silent).rejects.toThrow('GET /silent is not described')
})

test('a route that nobody guards has to say that it is public', async () => {
  const { security: _, ...guarded } = told('open')
  const open = documentOf((app) => app.get('/open', { schema: guarded, handler }))
  await expect(open).rejects.toThrow('GET /open needs no permission')
})

test('what an operation needs is told by the document', async () => {
  const { security: _, ...guarded } = told('one')
  const { paths } = await documentOf((app) => {
    app.get('/one', { schema: { ...guarded, permission: 'View Schemas' }, handler })
    app.get('/all', { schema: { ...guarded, operationId: 'all', permission: 'none' }, handler })
  })
  expect(paths['/one'].get).toMatchObject({
    'x-permission': 'View Schemas',
    description: 'Needs the permission *View Schemas*.',
  })
  expect(paths['/all'].get).not.toHaveProperty('x-permission')
})
