/** Where a table is, for engines. */
export interface Place {
  readonly baseUrl: string
  readonly namespace: string
  readonly tableName: string
  readonly metadataLocation: string
}

export interface Snippet {
  readonly engine: string
  readonly text: string
}

/** What each engine has to be told to read a table. Secrets stay for the reader to fill in. Pure. */
export function snippets({ baseUrl, namespace, tableName, metadataLocation }: Place): readonly Snippet[] {
  return [
    {
      engine: 'DuckDB',
      text: `install iceberg; load iceberg;
create secret headwater (
  type iceberg,
  client_id '<client id>',
  client_secret '<client secret>',
  oauth2_server_uri '${baseUrl}/iceberg/v1/oauth/tokens');
attach '${namespace}' as headwater (
  type iceberg, secret headwater, endpoint '${baseUrl}/iceberg');
select * from headwater.${namespace}.${tableName} limit 10;`,
    },
    {
      engine: 'pyiceberg',
      text: `from pyiceberg.catalog import load_catalog

catalog = load_catalog("headwater", type="rest", uri="${baseUrl}/iceberg",
                       credential="<client id>:<client secret>")
table = catalog.load_table("${namespace}.${tableName}")
print(table.scan(limit=10).to_arrow())`,
    },
    {
      engine: 'Spark',
      text: `spark-sql \\
  --packages org.apache.iceberg:iceberg-spark-runtime-3.5_2.12:1.9.2 \\
  --conf spark.sql.catalog.headwater=org.apache.iceberg.spark.SparkCatalog \\
  --conf spark.sql.catalog.headwater.type=rest \\
  --conf spark.sql.catalog.headwater.uri=${baseUrl}/iceberg \\
  --conf spark.sql.catalog.headwater.credential='<client id>:<client secret>' \\
  --conf spark.sql.catalog.headwater.scope=openid \\
  -e 'select * from headwater.${namespace}.${tableName} limit 10'`,
    },
    {
      engine: 'Trino',
      text: `# etc/catalog/headwater.properties
connector.name=iceberg
iceberg.catalog.type=rest
iceberg.rest-catalog.uri=${baseUrl}/iceberg
iceberg.rest-catalog.security=OAUTH2
iceberg.rest-catalog.oauth2.credential=<client id>:<client secret>

-- then
select * from headwater.${namespace}.${tableName} limit 10;`,
    },
    {
      engine: 'Files',
      text: `# Without a catalog: the table as of now, by its metadata file.
${metadataLocation}

-- DuckDB
select * from iceberg_scan('${metadataLocation}') limit 10;`,
    },
  ]
}
