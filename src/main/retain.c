/* retain.c -- alerts go when they are older than alerts.retention, a few at a time, each time with
 * an entry in the audit log; without the setting nothing goes, and nothing goes that open work was
 * made of.  `cutline doctor` says beforehand how many are so old. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "casework/work/work.h"

enum {
    ALERTS_AT_ONCE = 500,
    RETAIN_EVERY_MS = 600000,
    SCRATCH_BYTES = 4 << 20,
    ORGANISATIONS_MAX = 512
};

/* Whose work alerts become, and who asks for it. */
struct owner {
    struct service *service;
    struct slice home; /* empty: nobody has enrolled, so there is no work */
};

static enum status home_find(struct service *service, struct arena *scratch, struct slice *out)
{
    struct access_organisation *all = NULL;
    size_t count = ORGANISATIONS_MAX;
    *out = SLICE("");
    TRY(ARENA_NEW(scratch, count, &all));
    TRY(access_organisations(service->store, SLICE(""), SLICE(""), scratch, all, &count));
    for (size_t i = 0; i < count; i++)
        if (all[i].home)
            *out = slice_of(all[i].id);
    return STATUS_OK;
}

static enum status is_needed(void *self, struct slice id, bool *out)
{
    const struct owner *owner = self;
    *out = false;
    char bytes[160];
    struct text lead = text_over(bytes, sizeof bytes);
    if (owner->home.size == 0)
        return STATUS_OK;
    text_addf(&lead, "alert %.*s", (int)id.size, id.at); /* as lead_from_alert() names it */
    TRY(work_refers(owner->service->work, owner->service->store, owner->home, id, out));
    return *out ? STATUS_OK
                : work_refers(owner->service->work, owner->service->store, owner->home,
                              text_slice(&lead), out);
}

static enum status say(struct service *service, const struct bulletin_old *old,
                       const struct bulletin_gone *gone, moment now)
{
    char detail[160];
    struct text more = text_over(detail, sizeof detail);
    text_addf(&more, "{\"count\":%llu,\"kept\":%llu,\"before_ms\":%lld,\"below_position\":%llu}",
              (unsigned long long)gone->removed, (unsigned long long)gone->kept,
              (long long)old->before.ms, (unsigned long long)old->below);
    const struct audit_entry entry = {
        .time = now,
        .actor = SLICE("cutline"),
        .organisation = SLICE("cutline"),
        .action = SLICE("alerts.retain"),
        .outcome = SLICE("done"),
        .detail = text_slice(&more),
    };
    return audit_append(service->audit, &entry, NULL);
}

static enum status some_inside(struct service *service, struct bulletin_old *old,
                               struct arena *scratch, struct bulletin_gone *gone, moment now)
{
    struct owner owner = {.service = service};
    TRY(home_find(service, scratch, &owner.home));
    old->needed = is_needed;
    old->self = &owner;
    TRY(bulletin_forget(service->bulletin, old, scratch, gone));
    return gone->removed == 0 ? STATUS_END : say(service, old, gone, now);
}

/* One transaction; STATUS_END: nothing of what was looked at went. */
static enum status some_forget(struct service *service, struct arena *scratch,
                               struct bulletin_gone *gone)
{
    struct live_counts counts;
    moment now = service->clock.now(service->clock.self);
    live_count(service->live, &counts);
    struct bulletin_old old = {
        .before = {now.ms - service->config.alerts_retention},
        .below = counts.snapshot_oldest,
        .count_max = ALERTS_AT_ONCE,
        .after = service->retained_after,
    };
    TRY(store_begin(service->store));
    enum status status = some_inside(service, &old, scratch, gone, now);
    if (status == STATUS_OK)
        return store_commit(service->store);
    store_rollback(service->store);
    return status;
}

void retain_alerts(struct service *service, int64_t ticks)
{
    struct bulletin_gone gone = {0};
    struct live_counts counts;
    struct arena *scratch = NULL;
    live_count(service->live, &counts);
    bool due = ticks - service->retained_ms >= RETAIN_EVERY_MS || service->retained_ms == 0;
    if (service->config.alerts_retention == 0 || counts.snapshot_oldest == 0 || !due)
        return;
    enum status status = arena_create(&scratch, SCRATCH_BYTES);
    if (status == STATUS_OK)
        status = some_forget(service, scratch, &gone);
    if (scratch != NULL)
        arena_destroy(scratch);
    /* A full group may have more behind it: the next second goes on; else all over again later. */
    bool full =
        gone.removed + gone.kept == ALERTS_AT_ONCE && (status == STATUS_OK || status == STATUS_END);
    service->retained_ms = full ? 0 : ticks;
    service->retained_after = full ? gone.last : 0;
    if (status == STATUS_OK)
        LOG(&service->log, alerts_removed, LOG_WHOLE(count, gone.removed));
    else if (status != STATUS_END)
        LOG(&service->log, failed, LOG_TEXT(what, SLICE("alerts.retention")),
            LOG_TEXT(status, slice_of(status_name(status))));
}
