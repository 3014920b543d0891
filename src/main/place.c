/* place.c -- where things lie in the data directory, and what its tables are. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/counts/counts.h"
#include "casework/freeze/freeze.h"
#include "casework/lead/lead.h"
#include "service.h"

#include "casework/measure/measure.h"
#include "casework/recall/recall_work.h"
#include "casework/returning/returning.h"
#include "casework/sanction/sanction.h"
#include "casework/stop_payment/stop_order.h"
#include "casework/work/work.h"
#include "standing/standing.h"
#include "works.h"

struct slice service_path(const struct service *service, char out[PATH_MAX], const char *name)
{
    struct text text = text_over(out, PATH_MAX);
    text_addf(&text, "%s/%s", service->folder, name);
    must(!text.full); /* the folder's own path was checked for that */
    return text_slice(&text);
}

size_t service_migrations(struct store_migration all[SERVICE_MIGRATIONS_MAX])
{
    size_t count = 0;
    for (size_t i = 0; i < AUDIT_MIGRATIONS_COUNT; i++)
        all[count++] = AUDIT_MIGRATIONS[i];
    for (size_t i = 0; i < ACCESS_MIGRATIONS_FIRST; i++)
        all[count++] = ACCESS_MIGRATIONS[i];
    for (size_t i = 0; i < API_MIGRATIONS_COUNT; i++)
        all[count++] = API_MIGRATIONS[i];
    for (size_t i = 0; i < BULLETIN_MIGRATIONS_FIRST; i++)
        all[count++] = BULLETIN_MIGRATIONS[i];
    for (size_t i = 0; i < RULEBOOK_MIGRATIONS_COUNT; i++)
        all[count++] = RULEBOOK_MIGRATIONS[i];
    /* Steps that came later stand behind all that a store may have had before. */
    for (size_t i = BULLETIN_MIGRATIONS_FIRST; i < BULLETIN_MIGRATIONS_SECOND; i++)
        all[count++] = BULLETIN_MIGRATIONS[i];
    for (size_t i = 0; i < PARTNER_MIGRATIONS_COUNT; i++)
        all[count++] = PARTNER_MIGRATIONS[i];
    for (size_t i = 0; i < STEADY_MIGRATIONS_COUNT; i++)
        all[count++] = STEADY_MIGRATIONS[i];
    for (size_t i = 0; i < WORK_MIGRATIONS_FIRST; i++)
        all[count++] = WORK_MIGRATIONS[i];
    for (size_t i = 0; i < STOP_MIGRATIONS_FIRST; i++)
        all[count++] = STOP_MIGRATIONS[i];
    for (size_t i = 0; i < TASKS_MIGRATIONS_COUNT; i++)
        all[count++] = TASKS_MIGRATIONS[i];
    for (size_t i = 0; i < LEAD_MIGRATIONS_COUNT; i++)
        all[count++] = LEAD_MIGRATIONS[i];
    for (size_t i = ACCESS_MIGRATIONS_FIRST; i < ACCESS_MIGRATIONS_COUNT; i++)
        all[count++] = ACCESS_MIGRATIONS[i];
    for (size_t i = 0; i < FREEZE_MIGRATIONS_COUNT; i++)
        all[count++] = FREEZE_MIGRATIONS[i];
    for (size_t i = 0; i < RETURN_MIGRATIONS_COUNT; i++)
        all[count++] = RETURN_MIGRATIONS[i];
    for (size_t i = WORK_MIGRATIONS_FIRST; i < WORK_MIGRATIONS_SECOND; i++)
        all[count++] = WORK_MIGRATIONS[i];
    for (size_t i = STOP_MIGRATIONS_FIRST; i < STOP_MIGRATIONS_SECOND; i++)
        all[count++] = STOP_MIGRATIONS[i];
    for (size_t i = 0; i < RECALL_MIGRATIONS_COUNT; i++)
        all[count++] = RECALL_MIGRATIONS[i];
    for (size_t i = 0; i < SANCTION_MIGRATIONS_COUNT; i++)
        all[count++] = SANCTION_MIGRATIONS[i];
    for (size_t i = 0; i < STANDING_MIGRATIONS_COUNT; i++)
        all[count++] = STANDING_MIGRATIONS[i];
    for (size_t i = 0; i < MEASURE_MIGRATIONS_COUNT; i++)
        all[count++] = MEASURE_MIGRATIONS[i];
    for (size_t i = 0; i < FLOW_MIGRATIONS_COUNT; i++)
        all[count++] = FLOW_MIGRATIONS[i];
    for (size_t i = BULLETIN_MIGRATIONS_SECOND; i < BULLETIN_MIGRATIONS_THIRD; i++)
        all[count++] = BULLETIN_MIGRATIONS[i];
    for (size_t i = WORK_MIGRATIONS_SECOND; i < WORK_MIGRATIONS_COUNT; i++)
        all[count++] = WORK_MIGRATIONS[i];
    for (size_t i = STOP_MIGRATIONS_SECOND; i < STOP_MIGRATIONS_COUNT; i++)
        all[count++] = STOP_MIGRATIONS[i];
    for (size_t i = 0; i < COUNTS_MIGRATIONS_COUNT; i++)
        all[count++] = COUNTS_MIGRATIONS[i];
    for (size_t i = BULLETIN_MIGRATIONS_THIRD; i < BULLETIN_MIGRATIONS_FOURTH; i++)
        all[count++] = BULLETIN_MIGRATIONS[i];
    for (size_t i = 0; i < VIEW_MIGRATIONS_COUNT; i++)
        all[count++] = VIEW_MIGRATIONS[i];
    for (size_t i = BULLETIN_MIGRATIONS_FOURTH; i < BULLETIN_MIGRATIONS_COUNT; i++)
        all[count++] = BULLETIN_MIGRATIONS[i];
    for (size_t i = 0; i < TASK_MIGRATIONS_COUNT; i++)
        all[count++] = TASK_MIGRATIONS[i];
    must(count <= SERVICE_MIGRATIONS_MAX);
    return count;
}

void text_origin(char *out, size_t size, const struct seal_key *key)
{
    char hex[DIGEST_HEX_SIZE];
    struct slice bytes = {(const char *)key->bytes, SEAL_KEY_SIZE};
    struct digest digest = sha256_of(&bytes, 1);
    struct text text = text_over(out, size);
    digest_hex(&digest, hex);
    text_addf(&text, "cutline.local/audit/%.16s", hex);
    must(!text.full);
}
