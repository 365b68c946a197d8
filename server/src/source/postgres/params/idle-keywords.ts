import { foldName } from './setting-names.ts'

/** Keywords of drivers that are known and do nothing here, after the reason why. */
const IDLE: readonly (readonly [reason: string, ...names: string[]])[] = [
  [
    'a session is opened when it is needed and closed after it',
    'Pooling POOL MinPoolSize MinimumPoolSize MNPS MaxPoolSize MaximumPoolSize MXPS ConnectionIdleLifetime',
    'ConnectionPruningInterval ConnectionLifetime LoadBalanceTimeout LBT ConnectionReset CR NoResetOnClose',
    'Multiplexing Enlist MaxAutoPrepare AutoPrepareMinUsages WriteCoalescingBufferThresholdBytes',
  ],
  [
    'buffers and keep-alive are set for bulk reads',
    'ReadBufferSize WriteBufferSize SocketReceiveBufferSize SocketSendBufferSize KeepAlive KA TcpKeepAlive',
    'TcpKeepAliveTime TcpKeepAliveInterval keepalives keepalives_idle keepalives_interval keepalives_count',
    'tcp_user_timeout CancellationTimeout InternalCommandTimeout BatchMechanism BM',
  ],
  [
    'values are read exactly, in UTF-8 and with times in UTC, whatever a session is set to',
    'Encoding ClientEncoding Timezone IANAAppCodePage IACP ArrayNullabilityMode ConvertInfinityDateTime',
    'MaxCharSize MCS MaxVarcharSize MVS MaxLongVarcharSize MLVS VarcharThreshold VT',
    'UnboundedNumericPrecision UNP UnboundedNumericScale UNS ExtendedColumnMetadata ECMD',
    'FetchTSWTZasTimestamp FTSWTZAT FetchTWFSasTime FTWFSAT FetchRefCursor FRC XMLDescribeType XDT',
    'ReportCodepageConversionErrors RCCE LoadTableComposites ServerCompatibilityMode',
  ],
  [
    'parameters and errors are logged without their values',
    'LogParameters IncludeErrorDetail PersistSecurityInfo UsePerfCounters',
  ],
  [
    'files of the server and of other machines are not read',
    'Passfile Service ServiceFile SSLCrlDir TrustStorePassword TSP PRNGSeedFile PSF',
  ],
  [
    'one server is asked, and it is asked once',
    'AlternateServers ASRV LoadBalancing LB LoadBalanceHosts HostRecheckSeconds FailoverMode FM',
    'FailoverGranularity FG FailoverPreconnect FP ConnectionRetryCount CRC ConnectionRetryDelay CRD',
  ],
  [
    'a password, a client certificate or both are the way in',
    'IntegratedSecurity KerberosServiceName krbsrvname IncludeRealm GSSClient GSSC gsslib gssdelegation',
    'ServicePrincipalName SPN requirepeer',
  ],
  [
    'PostgreSQL is spoken to without a driver, under a name of its own',
    'Driver DSN DataSourceName Description Provider ApplicationName fallback_application_name ConnectVia',
    'ApplicationUsingThreads AUT ErrorBehavior EB TransactionErrorBehavior TEB EnableKeysetCursors EKC',
    'KeysetCursorOptions KCO CryptoLibName CLN SSLLibName SLN UseSslStream UseCurrentSchema UCS',
    'ReplicationMode Replication InitializationString IS min_protocol_version max_protocol_version',
  ],
  [
    'it could change what is read; name schemas with SearchPath and bound statements with CommandTimeout',
    'Options',
  ],
  ['compression of TLS and the name in its greeting are not for choosing', 'SSLCompression SSLSNI'],
  ['a client certificate is sent when one is given and the server asks for it', 'SSLCertMode'],
  [
    'the server chooses how it authenticates; ChannelBinding=require refuses everything but SCRAM over TLS',
    'RequireAuth',
  ],
  ['revocation is looked up in SSLRevocationList only', 'CheckCertificateRevocation'],
]

const REASONS: ReadonlyMap<string, string> = new Map(
  IDLE.flatMap(([reason, ...lines]) =>
    lines
      .join(' ')
      .split(' ')
      .map((name): [string, string] => [foldName(name), reason]),
  ),
)

/** Why a known keyword has no effect; `undefined` for one that isn't known. */
export function whyIdle(name: string): string | undefined {
  return REASONS.get(foldName(name))
}

/** Every keyword that {@link whyIdle} knows. */
export function listIdleKeywords(): readonly string[] {
  return [...REASONS.keys()]
}
