/* packs.c -- what the process was given to go by: law packs and partners.
 *
 * The law changes within a transaction of the store only (it is read again without a restart), so a
 * page of it is written inside one.  Of a partner no address and no key is told: an address may
 * hold a secret. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "law/law.h"
#include "partner/outbox.h"

enum { PACKS_BYTES = 1 << 20, PACK_BYTES = 2 << 20, PARTNER_BYTES = 1024 };

/* False: answered. */
static bool law_begin(struct visit *visit)
{
    if (visit->rooms->law == NULL) {
        visit_problem(visit, PROBLEM_unavailable, NULL);
        return false;
    }
    enum status status = store_begin(visit->rooms->store);
    if (status != STATUS_OK)
        visit_problem_of(visit, status);
    return status == STATUS_OK;
}

static bool in_force(const struct visit *visit, const struct law_pack *pack)
{
    moment now = visit->api->clock.now(visit->api->clock.self);
    law_date today = law_date_of_moment(now, visit->rooms->zone_minutes);
    return law_find(visit->rooms->law, pack->subject, today) == pack;
}

static void add_pack(struct text *text, const struct visit *visit, const struct law_pack *pack,
                     bool whole)
{
    text_addf(text, "{\"in_force\":%s,\"pack\":", in_force(visit, pack) ? "true" : "false");
    text_add_law_json(text, pack, whole);
    text_add_char(text, '}');
}

void handle_packs_list(struct visit *visit)
{
    struct text text = visit_paper(visit, PACKS_BYTES);
    if (!law_begin(visit))
        return;
    const struct law *law = visit->rooms->law;
    text_add_string(&text, "{\"packs\":[");
    for (uint32_t i = 0; i < law->packs_count; i++) {
        text_add_string(&text, i == 0 ? "" : ",");
        add_pack(&text, visit, &law->packs[i], false);
    }
    text_add_string(&text, "]}");
    store_rollback(visit->rooms->store);
    visit_answer_json(visit, 200, &text);
}

void handle_law_show(struct visit *visit)
{
    struct text text = visit_paper(visit, PACK_BYTES);
    if (!law_begin(visit))
        return;
    const struct law_pack *pack = law_named(visit->rooms->law, visit->parameter[0]);
    if (pack != NULL)
        add_pack(&text, visit, pack, true);
    store_rollback(visit->rooms->store);
    if (pack == NULL)
        visit_problem(visit, PROBLEM_not_found, NULL);
    else
        visit_answer_json(visit, 200, &text);
}

/* ---- partners ---- */

static void add_partner(struct text *text, const struct partner *partner,
                        const struct outbox_health *health)
{
    static const char *const WAYS[] = {"http", "folder", "fetch"};
    text_add_string(text, "{\"id\":");
    text_add_json(text, partner->id);
    text_add_string(text, ",\"name\":{\"en\":");
    text_add_json(text, partner->name[TONGUE_EN]);
    text_add_string(text, ",\"zh\":");
    text_add_json(text, partner->name[TONGUE_ZH]);
    text_addf(text, "},\"kind\":\"%s\",\"way\":\"%s\",\"organisation\":", partner->kind,
              WAYS[partner->way]);
    if (partner->organisation.size > 0)
        text_add_json(text, partner->organisation);
    else
        text_add_string(text, "null");
    text_addf(text, ",\"keys\":%u,\"open\":%lld,\"overdue\":%lld,\"failures\":%u,\"heard\":",
              partner->keys_count, (long long)health->open, (long long)health->overdue,
              health->failures);
    if (health->reached.ms == MOMENT_NONE.ms) {
        text_add_string(text, "null}");
        return;
    }
    text_add_char(text, '"');
    text_add_moment(text, health->reached, 0);
    text_add_string(text, "\"}");
}

void handle_partners_list(struct visit *visit)
{
    const struct partner_list *list = visit->rooms->partners;
    unsigned count = list == NULL || visit->rooms->outbox == NULL ? 0 : partner_list_count(list);
    struct text text = visit_paper(visit, (size_t)(count + 1) * PARTNER_BYTES);
    enum status status = STATUS_OK;
    text_add_string(&text, "{\"partners\":[");
    for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
        struct outbox_health health;
        status = outbox_health(visit->rooms->outbox, visit->reader, partner_at(list, i), &health);
        text_add_string(&text, i == 0 ? "" : ",");
        if (status == STATUS_OK)
            add_partner(&text, partner_at(list, i), &health);
    }
    text_add_string(&text, "]}");
    if (status == STATUS_OK)
        visit_answer_json(visit, 200, &text);
    else
        visit_problem_of(visit, status);
}
