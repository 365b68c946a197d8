import bindings from '@duckdb/node-bindings'

/** Memory is mapped by pages, so that a page that holds one byte of a value can be read from end to end. */
const PAGE_BYTES = 4096
/** Values that lie within so many pages are looked at together. */
const WINDOW_PAGES = 4096
/** A larger value is looked at on its own. */
const MAX_SHARED_BYTES = 1024 * 1024
const WINDOW_CAPACITY = WINDOW_PAGES + MAX_SHARED_BYTES / PAGE_BYTES + 2

/** Takes values one by one, in the order of their rows. */
export interface BytesTaker {
  addBytes(heap: Uint8Array, offset: number, length: number): void
}

/**
 * Digests the values of a VARCHAR or BLOB vector that are too long to lie in it. DuckDB gives their addresses; a
 * call into the engine for each costs far more than the digest, so neighbouring pages are fetched as one view.
 * Only pages that some value touches are ever part of a view. Made once for many vectors.
 */
export class LongStringReader {
  readonly #pointer = new Uint32Array(2)
  /** Rows of long values, and how many. */
  readonly #rows: Int32Array
  #rowCount = 0
  /** By page of the window: 0 untouched, else 1 + index of the view that covers it. */
  readonly #viewOfPage = new Uint16Array(WINDOW_CAPACITY)

  constructor(maxRows: number) {
    this.#rows = new Int32Array(maxRows)
  }

  /** Notes a row whose value is longer than twelve bytes. */
  note(row: number): void {
    this.#rows[this.#rowCount++] = row
  }

  /** Digests the noted rows of a vector, given as the four words of each row, and forgets them. */
  addTo(digester: BytesTaker, words: Uint32Array): void {
    let from = 0
    while (from < this.#rowCount) {
      const row = this.#rows[from] as number
      if ((words[4 * row] as number) > MAX_SHARED_BYTES) {
        this.#addLarge(digester, words, row)
        from++
      } else {
        from = this.#addWindow(digester, words, from)
      }
    }
    this.#rowCount = 0
  }

  #addLarge(digester: BytesTaker, words: Uint32Array, row: number): void {
    const length = words[4 * row] as number
    digester.addBytes(
      bindings.get_data_from_pointer(words.buffer as ArrayBuffer, words.byteOffset + 16 * row + 8, length),
      0,
      length,
    )
  }

  /** Digests as many noted rows from `from` on as lie in one window; returns the index of the next. */
  #addWindow(digester: BytesTaker, words: Uint32Array, from: number): number {
    let firstPage = Number.POSITIVE_INFINITY
    let lastPage = 0
    let end = from
    for (; end < this.#rowCount; end++) {
      const row = this.#rows[end] as number
      const page = pageOf(words, row)
      const isApart = Math.max(page, lastPage) - Math.min(page, firstPage) >= WINDOW_PAGES
      if ((words[4 * row] as number) > MAX_SHARED_BYTES || (isApart && end > from)) {
        break
      }
      firstPage = Math.min(page, firstPage)
      lastPage = Math.max(page, lastPage)
    }
    this.#touchPages(words, from, end, firstPage)
    const views = this.#openViews(firstPage)
    for (let index = from; index < end; index++) {
      const row = this.#rows[index] as number
      const page = pageOf(words, row) - firstPage
      const view = views[(this.#viewOfPage[page] as number) - 1] as PageView
      const offset =
        (page - view.firstPage) * PAGE_BYTES + ((words[4 * row + 2] as number) & (PAGE_BYTES - 1))
      digester.addBytes(view.bytes, offset, words[4 * row] as number)
    }
    return end
  }

  #touchPages(words: Uint32Array, from: number, end: number, firstPage: number): void {
    this.#viewOfPage.fill(0)
    for (let index = from; index < end; index++) {
      const row = this.#rows[index] as number
      const page = pageOf(words, row) - firstPage
      const offset = (words[4 * row + 2] as number) & (PAGE_BYTES - 1)
      const lastPage = page + ((offset + (words[4 * row] as number) - 1) >>> 12)
      this.#viewOfPage.fill(1, page, lastPage + 1)
    }
  }

  /** One view for each run of touched pages. */
  #openViews(firstPage: number): PageView[] {
    const views: PageView[] = []
    for (let page = 0; page < WINDOW_CAPACITY; page++) {
      if (this.#viewOfPage[page] === 0) {
        continue
      }
      const start = page
      while (page < WINDOW_CAPACITY && this.#viewOfPage[page] !== 0) {
        this.#viewOfPage[page++] = views.length + 1
      }
      views.push({ firstPage: start, bytes: this.#viewPages(firstPage + start, page - start) })
    }
    return views
  }

  #viewPages(page: number, pageCount: number): Uint8Array {
    this.#pointer[0] = (page % 2 ** 20) * PAGE_BYTES
    this.#pointer[1] = Math.floor(page / 2 ** 20)
    return bindings.get_data_from_pointer(this.#pointer.buffer, 0, pageCount * PAGE_BYTES)
  }
}

interface PageView {
  /** Counted from the first page of the window. */
  readonly firstPage: number
  readonly bytes: Uint8Array
}

function pageOf(words: Uint32Array, row: number): number {
  return (words[4 * row + 3] as number) * 2 ** 20 + ((words[4 * row + 2] as number) >>> 12)
}
