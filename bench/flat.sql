-- The reference rule in DuckDB over flat records. Only the columns it needs are named, all as text;
-- times are cast after the filter. {file} is replaced by bench/run.
WITH tried AS (
    SELECT CAST("@timestamp" AS TIMESTAMP) AS happened, ipAddress, clientAppUsed, userAgent,
           userPrincipalName, appDisplayName
    FROM read_ndjson('{file}', columns = {{
        '@timestamp': 'VARCHAR', '#repo': 'VARCHAR', resultType: 'VARCHAR', ipAddress: 'VARCHAR',
        userPrincipalName: 'VARCHAR', clientAppUsed: 'VARCHAR', userAgent: 'VARCHAR',
        appDisplayName: 'VARCHAR'}})
    WHERE "#repo" IN ('azure_ad', 'o365') AND resultType IN ('50034', '50053', '50055', '50056')
      AND ipAddress <> '' AND userPrincipalName <> ''
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
