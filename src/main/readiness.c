/* readiness.c -- whether the service can do its work: judged once a second, told to whoever asks.
 *
 * Each check is one sentence that is true or not.  A disk that is nearly full is a mode: records
 * are not taken (507), everything else goes on, and the space that was kept in reserve is given
 * back, so that what was taken can still be finished. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

enum { CLOCK_JUMP_MS = 5000, CLOCK_DISTRUST_MS = 60000, YEAR_2024_S = 1704067200 };

static const struct {
    const char *name;
    struct saying says;
} CHECKS[CHECKS_COUNT] = {
#define CHECK(word, en, zh) {#word, SAYING(en, zh)},
#include "checks.inc"
#undef CHECK
};

static void set(struct service *service, enum check check, bool holds)
{
    atomic_store(&service->check[check], holds);
}

static void judge_disk(struct service *service)
{
    char path[PATH_MAX];
    struct folder_space space;
    uint64_t floor = (uint64_t)service->config.disk_floor;
    uint64_t reserve = (uint64_t)service->config.disk_reserve;
    if (folder_space(service->folder, &space) != STATUS_OK) {
        set(service, CHECK_disk, false);
        return;
    }
    bool low = atomic_load(&service->disk_low);
    (void)service_path(service, path, "reserve");
    if (!low && space.free < floor) {
        LOG(&service->log, disk_low, LOG_WHOLE(bytes, space.free));
        (void)folder_remove(path); /* if it cannot be removed, there is so much less */
        low = true;
    } else if (low && space.free > floor + 2 * reserve &&
               folder_reserve(path, service->config.disk_reserve) == STATUS_OK) {
        LOG(&service->log, disk_enough, LOG_WHOLE(bytes, space.free));
        low = false;
    }
    atomic_store(&service->disk_low, low);
    set(service, CHECK_disk, !low);
}

/* The wall clock against the one that only goes forward. */
static void judge_clock(struct service *service)
{
    moment wall = service->clock.now(service->clock.self);
    int64_t ticks = service->clock.ticks_ms(service->clock.self);
    int64_t jump = (wall.ms - service->wall_before.ms) - (ticks - service->ticks_before);
    if (service->ticks_before != 0 && (jump > CLOCK_JUMP_MS || jump < -CLOCK_JUMP_MS)) {
        LOG(&service->log, clock_stepped, LOG_WHOLE(milliseconds, jump));
        service->clock_stepped = (moment){ticks};
    }
    service->wall_before = wall;
    service->ticks_before = ticks;
    bool lately = service->clock_stepped.ms != MOMENT_NONE.ms &&
                  ticks - service->clock_stepped.ms < CLOCK_DISTRUST_MS;
    set(service, CHECK_clock, !lately && wall.ms / SECOND_MS > YEAR_2024_S);
}

static void judge_live(struct service *service)
{
    static struct live_counts counts;
    live_count(service->live, &counts);
    int64_t ticks = service->clock.ticks_ms(service->clock.self);
    moment now = service->clock.now(service->clock.self);
    if (counts.snapshot_position != service->snapshot_seen) {
        service->snapshot_seen = counts.snapshot_position;
        service->snapshot_ms = ticks;
        LOG(&service->log, snapshot_made, LOG_WHOLE(position, counts.snapshot_position));
    }
    int64_t age = now.ms - counts.heartbeat.ms;
    bool young = ticks - service->started_ms < service->config.health_heartbeat;
    bool alive = counts.heartbeat.ms > 0 && age < service->config.health_heartbeat;
    set(service, CHECK_journal, counts.synced != 0);
    set(service, CHECK_detection, counts.stands == STATUS_OK);
    set(service, CHECK_heartbeat, alive || young);
    set(service, CHECK_snapshot, ticks - service->snapshot_ms < service->config.health_snapshot);
    struct moneys_figures money;
    moneys_figures(service, &money);
    set(service, CHECK_money, !money.stuck && money.behind_ms < service->config.health_money);
    set(service, CHECK_audit, now.ms - service->checkpoint.ms < MINUTE_MS);
}

void readiness_judge(struct service *service)
{
    judge_disk(service);
    judge_clock(service);
    judge_live(service);
}

bool readiness_write(void *self, struct text *json)
{
    struct service *service = self;
    bool ready = true;
    for (unsigned i = 0; i < CHECKS_COUNT; i++)
        ready = ready && atomic_load(&service->check[i]);
    text_addf(json, "{\"ready\":%s,\"checks\":[", ready ? "true" : "false");
    for (unsigned i = 0; i < CHECKS_COUNT; i++)
        text_addf(json, "%s{\"name\":\"%s\",\"holds\":%s,\"says\":\"%s\",\"says_zh\":\"%s\"}",
                  i == 0 ? "" : ",", CHECKS[i].name,
                  atomic_load(&service->check[i]) ? "true" : "false", CHECKS[i].says.in[TONGUE_EN],
                  CHECKS[i].says.in[TONGUE_ZH]);
    text_add_string(json, "]}");
    return ready;
}
