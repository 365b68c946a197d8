/** What the console reads of the API's answers. Everything that an answer may lack is optional. */

export interface Sandbox {
  readonly name: string
  readonly title: string
  readonly type: string
  readonly isDefault: boolean
}

export type RunStatus = 'scheduled' | 'queued' | 'inProgress' | 'success' | 'failed'

export interface Flow {
  readonly id: string
  readonly name?: string | undefined
  readonly state?: string | undefined
  readonly sourceConnectionIds?: readonly string[] | undefined
  readonly targetConnectionIds?: readonly string[] | undefined
  readonly scheduleParams?: ScheduleParams | undefined
  readonly lastRunDetails?: LastRun | undefined
}

/** As the client sent it: numbers and booleans may be texts. */
export interface ScheduleParams {
  readonly startTime?: string | number | undefined
  readonly frequency?: string | undefined
  readonly interval?: string | number | undefined
  readonly backfill?: string | boolean | undefined
}

export interface LastRun {
  readonly id?: string | undefined
  readonly state?: string | undefined
  readonly startedAtUTC?: number | undefined
  readonly completedAtUTC?: number | undefined
}

export interface SourceConnection {
  readonly id: string
  readonly params?:
    | { readonly tableName?: string | undefined; readonly path?: string | undefined }
    | undefined
}

export interface TargetConnection {
  readonly id: string
  readonly params?: { readonly dataSetId?: string | undefined } | undefined
}

export interface Run {
  readonly id: string
  readonly flowId: string
  readonly createdAt: number
  readonly metrics?: RunMetrics | undefined
  readonly progress?: Progress | undefined
  readonly proof?: Proof | undefined
}

export interface RunMetrics {
  readonly durationSummary?: {
    readonly startedAtUTC?: number | undefined
    readonly completedAtUTC?: number | undefined
  }
  readonly sizeSummary?: {
    readonly inputBytes?: number | undefined
    readonly outputBytes?: number | undefined
  }
  readonly recordSummary?: {
    readonly inputRecordCount?: number | undefined
    readonly outputRecordCount?: number | undefined
    readonly failedRecordCount?: number | undefined
  }
  readonly fileSummary?: { readonly outputFileCount?: number | undefined }
  readonly statusSummary?: {
    readonly status?: RunStatus | undefined
    readonly errors?: readonly RunMessage[] | undefined
    readonly extensions?: { readonly errors?: readonly RunMessage[] | undefined } | undefined
  }
}

export interface RunMessage {
  readonly code?: string | undefined
  readonly message?: string | undefined
  readonly recordCount?: number | undefined
}

/** How far a run is. Only runs that are under way have it. */
export interface Progress {
  readonly rowsRead: number
  readonly bytesRead: number
  readonly slicesDone: number
  readonly slicesTotal: number
  /** PostgreSQL's own guess; absent while the run is being planned. */
  readonly estimatedRows?: number | undefined
  readonly rowsPerSecond: number
}

/** What was read back from the lake and compared with what left PostgreSQL. */
export interface Proof {
  readonly rowsRead: number
  readonly rowsLanded: number
  readonly rowsSetAside: number
  readonly fields: number
  readonly agreeing: number
  readonly digests?: readonly FieldDigest[] | undefined
}

export interface FieldDigest {
  readonly path: string
  readonly valueCount: number
  readonly nullCount: number
  readonly digest: string
}

export interface Dataset {
  readonly id: string
  readonly name: string
  readonly created: number
  /** `prod/<id>`: its folder in the lake. */
  readonly basePath: string
  /** Its name in SQL. */
  readonly tableName: string
  readonly rowCount: number
  readonly storageSize: number
}

export interface QueryResult {
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly truncated: boolean
}

export interface Page<T> {
  readonly items: readonly T[]
  readonly hasMore: boolean
}

export interface Health {
  readonly isReady: boolean
  /** Name of a check → `ok`, `failed` or `timeout`. */
  readonly checks: Readonly<Record<string, string>>
}
