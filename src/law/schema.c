/* schema.c -- what a pack of each subject speaks about, as a table. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/law_inside.h"

const struct law_schema LAW_SCHEMA[LAW_SCHEMA_COUNT] = {
#define LAW_ENTRY(subject, name, type, unit, group, en, zh)                  \
    {LAW_SUBJECT_##subject, name,          LAW_TYPE_##type, LAW_UNIT_##unit, \
     LAW_GROUP_##group,     {{(en), (zh)}}},
#include "law/entries.inc"
#undef LAW_ENTRY
};

unsigned law_schema_find(enum law_subject subject, struct slice name)
{
    unsigned i = 0;
    while (i < LAW_SCHEMA_COUNT &&
           (LAW_SCHEMA[i].subject != subject || !slice_equal(slice_of(LAW_SCHEMA[i].name), name)))
        i++;
    return i;
}
