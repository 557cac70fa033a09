-- The reference rule in DuckDB over Event Hub records, with the sign-in as a struct column of the
-- members it needs. {file} is replaced by bench/run.
WITH tried AS (
    SELECT CAST(properties.createdDateTime AS TIMESTAMPTZ) AS happened,
           properties.ipAddress AS ipAddress, properties.clientAppUsed AS clientAppUsed,
           properties.userAgent AS userAgent, properties.userPrincipalName AS userPrincipalName,
           properties.appDisplayName AS appDisplayName
    FROM read_ndjson('{file}', columns = {{
        category: 'VARCHAR', resultType: 'VARCHAR',
        properties: 'STRUCT(createdDateTime VARCHAR, userPrincipalName VARCHAR, ipAddress VARCHAR,
                            clientAppUsed VARCHAR, userAgent VARCHAR, appDisplayName VARCHAR)'}})
    WHERE resultType IN ('50034', '50053', '50055', '50056')
      AND properties.ipAddress <> '' AND properties.userPrincipalName <> ''
)
SELECT epoch_ms(date_trunc('hour', happened)) AS bucket, ipAddress, clientAppUsed, userAgent,
       count(DISTINCT userPrincipalName) AS UniqueUsernames, count(*) AS AttemptCount,
       list(DISTINCT userPrincipalName)[:25] AS UsernameSample,
       list(DISTINCT appDisplayName)[:10] AS AppList,
       epoch_ms(max(happened)) - epoch_ms(min(happened)) AS DurationMs
FROM tried
GROUP BY bucket, ipAddress, clientAppUsed, userAgent
HAVING UniqueUsernames >= 10
ORDER BY UniqueUsernames DESC
LIMIT 200
