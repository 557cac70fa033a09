/* record.h - the door of the room record: from one record's bytes to fields. */
#ifndef RECORD_RECORD_H
#define RECORD_RECORD_H

#include "record/cef.h"
#include "record/csv.h"
#include "record/json.h"
#include "record/kv.h"
#include "record/leef.h"
#include "record/squid.h"
#include "record/syslog.h"
#include "record/text_event.h"
#include "record/timestamp.h"
#include "record/url.h"
#include "record/view.h"
#include "record/w3c.h"
#include "record/xml_event.h"

#endif
