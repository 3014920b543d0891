/* reload.c -- what can be read again without a restart, when somebody says so (SIGHUP, `systemctl
 * reload`): number plan, directory of leads, law packs.
 *
 * Invariants:  1. Each is read and checked whole before it takes the place of the old one; what
 *                 cannot be read leaves the old one in force, and the log says why.
 *              2. Law packs change inside a transaction of the store, where alone they are asked:
 *                 nothing is decided half by the old and half by the new.  What was decided keeps
 *                 the stamp of the pack that it was decided by.
 *              3. It is in the audit log: whoever may change these files decides who is asked.
 *
 * Not chosen:  reading cutline.yaml again.  Its settings hold each other (memory, threads, keys,
 *              partners); half of them would need a restart anyway, and nobody would know which.
 *              Nor freeing the law packs of before: a room may hold a pack for its transaction, and
 *              they are small; so there are at most RELOADS_MAX changes, then a restart is due. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "leading.h"
#include "service.h"
#include "works.h"

enum { WHY_MAX = 2048, LAW_BYTES_MAX = 16 << 20, RELOADS_MAX = 64 };

static void complain(const struct service *service, const char *what, const struct text *why,
                     enum status status)
{
    LOG(&service->log, reload_failed, LOG_TEXT(file, slice_of(what)),
        LOG_TEXT(what, why->size > 0 ? text_slice(why) : slice_of(status_meaning(status))));
}

static bool reload_leads(struct service *service)
{
    static char bytes[TONGUES_COUNT][WHY_MAX];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], WHY_MAX), text_over(bytes[1], WHY_MAX)};
    enum status status = works_reload(service, why);
    if (status != STATUS_OK)
        complain(service, "lead.plan, lead.directory", &why[TONGUE_EN], status);
    return status == STATUS_OK;
}

/* ---- law packs ---- */

static bool days_same(const struct law_calendar *a, const struct law_calendar *b)
{
    if (a->years_count != b->years_count || a->exceptions_count != b->exceptions_count)
        return false;
    for (uint32_t i = 0; i < a->years_count; i++)
        if (a->years[i].year != b->years[i].year)
            return false;
    for (uint32_t i = 0; i < a->exceptions_count; i++)
        if (a->exceptions[i].date.days != b->exceptions[i].date.days ||
            a->exceptions[i].worked != b->exceptions[i].worked)
            return false;
    return true;
}

/* Whether both say the very same. */
static bool law_same(const struct law *a, const struct law *b)
{
    if (a->packs_count != b->packs_count)
        return false;
    for (uint32_t i = 0; i < a->packs_count; i++) {
        char stamp[2][LAW_STAMP_MAX];
        struct text one = text_over(stamp[0], LAW_STAMP_MAX);
        struct text other = text_over(stamp[1], LAW_STAMP_MAX);
        text_add_law_stamp(&one, &a->packs[i]);
        text_add_law_stamp(&other, &b->packs[i]);
        if (!slice_equal(text_slice(&one), text_slice(&other)))
            return false;
    }
    return days_same(&a->calendar, &b->calendar);
}

static enum status packs_read(struct service *service, struct law *out, struct arena **arena,
                              struct text why[TONGUES_COUNT])
{
    if (service->laws_count == RELOADS_MAX) {
        text_addf(&why[TONGUE_EN], "law packs have changed %d times; a restart is due",
                  RELOADS_MAX);
        return STATUS_FULL;
    }
    TRY(arena_create(arena, LAW_BYTES_MAX));
    return law_open(out, service->config.law_packs.at, *arena, why);
}

static enum status law_write(struct service *service, const struct law *law, bool leads)
{
    struct audit_entry entry = {
        .time = service->clock.now(service->clock.self),
        .actor = SLICE("cutline"),
        .organisation = SLICE("cutline"),
        .action = SLICE("service.reload"),
        .outcome = leads ? SLICE("done") : SLICE("partly"),
        .detail = law != NULL ? SLICE("{\"law\":true}") : SLICE("{\"law\":false}"),
    };
    TRY(store_begin(service->store));
    enum status status = audit_append(service->audit, &entry, NULL);
    struct law before = service->law;
    if (status == STATUS_OK && law != NULL) {
        service->law = *law;
        status = works_law(service);
    }
    if (status == STATUS_OK)
        status = store_commit(service->store);
    else
        store_rollback(service->store);
    if (status != STATUS_OK && law != NULL) {
        service->law = before;
        (void)works_law(service); /* all of them are known */
    }
    return status;
}

static void tell_law(const struct service *service)
{
    for (uint32_t i = 0; i < service->law.packs_count; i++) {
        char stamp[LAW_STAMP_MAX];
        struct text text = text_over(stamp, sizeof stamp);
        text_add_law_stamp(&text, &service->law.packs[i]);
        LOG(&service->log, law_loaded, LOG_TEXT(pack, text_slice(&text)));
    }
}

static void reload_law(struct service *service, bool leads)
{
    static char bytes[TONGUES_COUNT][WHY_MAX];
    struct text why[TONGUES_COUNT] = {text_over(bytes[0], WHY_MAX), text_over(bytes[1], WHY_MAX)};
    struct arena *arena = NULL;
    struct law fresh = {0};
    bool files = service->config.law_packs.size > 0, changed = false;
    enum status status = files ? packs_read(service, &fresh, &arena, why) : STATUS_OK;
    if (status != STATUS_OK)
        complain(service, "law.packs", &why[TONGUE_EN], status);
    else
        changed = files && !law_same(&service->law, &fresh);
    bool fine = status == STATUS_OK;
    status = law_write(service, changed ? &fresh : NULL, leads && fine);
    if (status != STATUS_OK)
        complain(service, "audit log", &why[TONGUE_EN], status);
    if (status == STATUS_OK && changed) {
        service->laws_count++; /* the arena stays with what lies in it */
        tell_law(service);
    } else if (arena != NULL) {
        arena_destroy(arena);
    }
    if (leads && fine && status == STATUS_OK)
        LOG(&service->log, reloaded, LOG_WHOLE(count, changed));
}

void service_reload(struct service *service)
{
    reload_law(service, reload_leads(service));
}
