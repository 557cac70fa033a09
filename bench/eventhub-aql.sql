-- The AQL reference rule in DuckDB over Event Hub records: lines as text, one regular expression for
-- the eight patterns, members of the lines that match. {file} and {now} are replaced by bench/run.
WITH line AS (
    SELECT payload
    FROM read_csv('{file}', columns = {{payload: 'VARCHAR'}}, delim = '\x01', quote = '', escape = '',
                  header = false, auto_detect = false, max_line_size = 16777216)
), tried AS (
    SELECT CAST(json_extract_string(payload, '$.properties.createdDateTime') AS TIMESTAMPTZ) AS happened,
           json_extract_string(payload, '$.properties.ipAddress') AS ip,
           json_extract_string(payload, '$.properties.userPrincipalName') AS who
    FROM line
    WHERE regexp_matches(payload, '(?i)"errorCode":500(?:34|53|55|56)|"resultType":"500(?:34|53|55|56)"')
)
SELECT ip AS "ClientIP", strftime(happened, '%Y-%m-%d %H:00:00') AS hour_bin,
       count(DISTINCT who) AS "UniqueUsernames", count(*) AS "AttemptCount",
       min(strftime(happened, '%Y-%m-%d %H:%M:%S')) AS "FirstSeen",
       max(strftime(happened, '%Y-%m-%d %H:%M:%S')) AS "LastSeen"
FROM tried
WHERE happened >= TIMESTAMPTZ '{now}' - INTERVAL 24 HOUR AND happened <= TIMESTAMPTZ '{now}'
GROUP BY ip, hour_bin
HAVING count(DISTINCT who) >= 10
ORDER BY "UniqueUsernames" DESC
