/* finding_json.h - private to report: a finding as a JSON object, for ndjson and json. */
#ifndef REPORT_FINDING_JSON_H
#define REPORT_FINDING_JSON_H

#include "report/json.h"
#include "report/output.h"

/* The complete object. */
void finding_json(struct json *j, const struct finding *f);

/* Parts of it that other outputs have as well. */
void finding_json_cells(struct json *j, const char *key, const struct cell *cells, size_t n);
void finding_json_entities(struct json *j, const char *key, const struct finding *f);
void finding_json_labels(struct json *j, const char *key, const struct finding *f);
void finding_json_evidence(struct json *j, const char *key, const struct evidence *e);
/* The address of a source when it is one; false: it is some other text. */
bool finding_address(const struct finding *f, struct str *out);
/* Whether an instant stands for the finding: its first event, else its window's start. */
int64_t finding_time(const struct finding *f);

#endif
