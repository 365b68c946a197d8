/** What the kernel uses of WebAssembly, of which the types of Node.js say nothing. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array)
  }
  class Instance {
    constructor(module: Module, imports: Readonly<Record<string, Readonly<Record<string, unknown>>>>)
    readonly exports: unknown
  }
  class Memory {
    constructor(descriptor: {
      readonly initial: number
      readonly maximum: number
      readonly shared: true
    })
    readonly buffer: SharedArrayBuffer
    /** By so many pages of 64 KiB; other threads see it, views of the buffer so far stay what they are. */
    grow(pages: number): number
  }
}
