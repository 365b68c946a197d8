/** Elements by hand: `h` makes them, `patch` makes what is on the page equal to what was made. */

export type Child = Node | string | number | false | undefined

type Attributes = Readonly<Record<string, string | number | boolean | undefined>>

/** An element. `true` sets an attribute without value, `false` and `undefined` leave it out. */
export function h(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): HTMLElement {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false)
      element.setAttribute(name, value === true ? '' : String(value))
  }
  element.append(...children.filter((child) => child !== undefined && child !== false).map(asNode))
  return element
}

function asNode(child: Node | string | number): Node | string {
  return typeof child === 'number' ? String(child) : child
}

/** The element with that id, which the page has. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id)
  if (element === null) throw new Error(`the page has no #${id}`)
  return element as T
}

/**
 * Makes the children of `parent` equal to `next` and touches nothing that is equal already, so that focus,
 * selection and scroll position stay. Children with the same `data-key` are the same thing wherever they stand.
 */
export function patch(parent: Element, next: readonly Child[]): void {
  const wanted = h('div', {}, ...next)
  patchChildren(parent, wanted)
}

function patchChildren(parent: Node, wanted: Node): void {
  let cursor = parent.firstChild
  for (const child of [...wanted.childNodes]) {
    const match = findMatch(cursor, child)
    if (match === undefined) {
      parent.insertBefore(child, cursor)
      continue
    }
    if (match === cursor) cursor = cursor.nextSibling
    else parent.insertBefore(match, cursor)
    patchNode(match, child)
  }
  while (cursor !== null) {
    const rest = cursor
    cursor = cursor.nextSibling
    parent.removeChild(rest)
  }
}

/** What stands for `child` already: with a key anywhere from the cursor on, without one only at the cursor. */
function findMatch(cursor: ChildNode | null, child: Node): ChildNode | undefined {
  const key = keyOf(child)
  for (let node = cursor; node !== null; node = node.nextSibling) {
    if (node.nodeName === child.nodeName && keyOf(node) === key) return node
    if (key === undefined) return undefined
  }
  return undefined
}

function keyOf(node: Node): string | undefined {
  return node instanceof HTMLElement ? node.dataset['key'] : undefined
}

function patchNode(current: Node, wanted: Node): void {
  if (!(current instanceof Element && wanted instanceof Element)) {
    if (current.nodeValue !== wanted.nodeValue) current.nodeValue = wanted.nodeValue
    return
  }
  patchAttributes(current, wanted)
  patchChildren(current, wanted)
}

/** Whether a disclosure is open is the reader's business. */
const OWN_OF_READER = new Set(['open'])

function patchAttributes(current: Element, wanted: Element): void {
  for (const name of current.getAttributeNames()) {
    if (!wanted.hasAttribute(name) && !OWN_OF_READER.has(name)) current.removeAttribute(name)
  }
  for (const { name, value } of wanted.attributes) {
    if (current.getAttribute(name) !== value && !OWN_OF_READER.has(name)) current.setAttribute(name, value)
  }
}
