/* retain.c -- alerts go when they are older than alerts.retention, a few at a time, each time with
 * an entry in the audit log; without the setting nothing goes.  `cutline doctor` says beforehand
 * how many would. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

enum { ALERTS_AT_ONCE = 500, RETAIN_EVERY_MS = 600000 };

static enum status say(struct service *service, const struct bulletin_old *old, uint64_t removed,
                       moment now)
{
    char detail[128];
    struct text more = text_over(detail, sizeof detail);
    text_addf(&more, "{\"count\":%llu,\"before_ms\":%lld,\"below_position\":%llu}",
              (unsigned long long)removed, (long long)old->before.ms,
              (unsigned long long)old->below);
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

/* One transaction; STATUS_END: nothing is old enough. */
static enum status some_forget(struct service *service, uint64_t *removed)
{
    struct live_counts counts;
    moment now = service->clock.now(service->clock.self);
    live_count(service->live, &counts);
    const struct bulletin_old old = {
        .before = {now.ms - service->config.alerts_retention},
        .below = counts.snapshot_oldest,
        .count_max = ALERTS_AT_ONCE,
    };
    TRY(store_begin(service->store));
    enum status status = bulletin_forget(service->bulletin, &old, removed);
    if (status == STATUS_OK && *removed == 0)
        status = STATUS_END;
    if (status == STATUS_OK)
        status = say(service, &old, *removed, now);
    if (status == STATUS_OK)
        return store_commit(service->store);
    store_rollback(service->store);
    return status;
}

void retain_alerts(struct service *service, int64_t ticks)
{
    uint64_t removed = 0;
    struct live_counts counts;
    live_count(service->live, &counts);
    bool due = ticks - service->retained_ms >= RETAIN_EVERY_MS || service->retained_ms == 0;
    if (service->config.alerts_retention == 0 || counts.snapshot_oldest == 0 || !due)
        return;
    enum status status = some_forget(service, &removed);
    /* A full group may have more behind it: the next second goes on. */
    service->retained_ms = status == STATUS_OK && removed == ALERTS_AT_ONCE ? 0 : ticks;
    if (status == STATUS_OK)
        LOG(&service->log, alerts_removed, LOG_WHOLE(count, removed));
    else if (status != STATUS_END)
        LOG(&service->log, failed, LOG_TEXT(what, SLICE("alerts.retention")),
            LOG_TEXT(status, slice_of(status_name(status))));
}
