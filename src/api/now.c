/* now.c -- GET /v1/now: one document for whoever is on duty, cheap enough to be asked every second.
 *
 *      process ──> feeds, detection, pulse, checks        home
 *      tally of alerts of today                           home, who may read alerts
 *      open work by kind and clock, money of stops        of one's own organisation
 *                  └─ counted at most once in NOW_KEPT_MS, for everybody of the organisation
 *
 * What a visitor may not see is null, as is what nobody knows; nothing is zero that was not
 * counted.
 *
 * Invariants:  1. Who does not belong to home learns of its own seats and orders, of nothing else.
 *              2. Counting an organisation's work takes at most one NOW_SHAREth of the time,
 *                 however much is open and however many look. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "api/api_inside.h"
#include "bulletin/bulletin.h"
#include "casework/stop_payment/stop_order.h"
#include "casework/work/work.h"

enum { NOW_BYTES = 512 << 10, RULES_TOLD_MAX = RULES_MAX, TYPOLOGIES_MAX = 64, NAME_MAX = 128 };

static const int64_t WITHIN_MS[WORK_HORIZONS] = {3 * MINUTE_MS, 10 * MINUTE_MS, HOUR_MS};

/* ---- what is kept a while ---- */

struct glance {
    char organisation[ACCESS_ID_SIZE];
    int64_t taken_ms, cost_ms; /* ticks; 0: never */
    bool busy;                 /* somebody counts */
    moment at;
    unsigned kinds_count;
    struct work_open open[WORK_KINDS_MAX];
    struct stop_sum stops;
};

struct glances {
    pthread_mutex_t lock;
    struct glance kept[NOW_ORGANISATIONS_MAX];
};

enum status glances_create(struct glances **out, struct arena *boot)
{
    TRY(ARENA_NEW(boot, 1, out));
    (void)pthread_mutex_init(&(*out)->lock, NULL);
    return STATUS_OK;
}

static int64_t ticks_of(const struct visit *visit)
{
    return visit->api->clock.ticks_ms(visit->api->clock.self);
}

static moment now_of(const struct visit *visit)
{
    return visit->api->clock.now(visit->api->clock.self);
}

/* The beginning of today, where the house stands. */
static moment midnight(const struct visit *visit)
{
    int64_t zone = (int64_t)visit->rooms->zone_minutes * MINUTE_MS;
    int64_t local = now_of(visit).ms + zone;
    return (moment){local - local % DAY_MS - zone};
}

/* Its place, or that of whoever was looked at longest ago; NULL: all are being counted. */
static struct glance *place_of(struct glances *glances, const char *organisation)
{
    struct glance *oldest = NULL;
    for (unsigned i = 0; i < NOW_ORGANISATIONS_MAX; i++) {
        struct glance *glance = &glances->kept[i];
        if (strcmp(glance->organisation, organisation) == 0)
            return glance;
        if (!glance->busy && (oldest == NULL || glance->taken_ms < oldest->taken_ms))
            oldest = glance;
    }
    if (oldest != NULL) {
        *oldest = (struct glance){0};
        (void)snprintf(oldest->organisation, sizeof oldest->organisation, "%s", organisation);
    }
    return oldest;
}

static bool fresh(const struct glance *glance, int64_t ticks)
{
    int64_t kept = glance->cost_ms * NOW_SHARE;
    return glance->at.ms != 0 &&
           (glance->busy || ticks - glance->taken_ms < (kept > NOW_KEPT_MS ? kept : NOW_KEPT_MS));
}

static enum status count_work(struct visit *visit, struct glance *out)
{
    struct work *work = visit->rooms->work;
    out->kinds_count = work_kinds_count(work);
    for (unsigned i = 0; i < out->kinds_count; i++)
        TRY(work_count_open(work, visit->reader, work_kind_at(work, i), &visit->identity, WITHIN_MS,
                            &out->open[i]));
    return stop_money(visit->reader, slice_of(visit->identity.organisation), midnight(visit),
                      &out->stops);
}

/* Of the visitor's organisation, as of a moment ago. */
static enum status glance_take(struct visit *visit, struct glance *out)
{
    struct glances *glances = visit->api->glances;
    (void)pthread_mutex_lock(&glances->lock);
    struct glance *place = place_of(glances, visit->identity.organisation);
    int64_t began = ticks_of(visit);
    bool known = place != NULL && fresh(place, began);
    if (known)
        *out = *place;
    bool ours = place != NULL && !known && !place->busy;
    if (ours)
        place->busy = true;
    (void)pthread_mutex_unlock(&glances->lock);
    if (known)
        return STATUS_OK;
    *out = (struct glance){.at = now_of(visit)};
    enum status status = count_work(visit, out);
    if (!ours)
        return status;
    (void)pthread_mutex_lock(&glances->lock);
    if (status == STATUS_OK) {
        (void)snprintf(out->organisation, sizeof out->organisation, "%s",
                       visit->identity.organisation);
        out->taken_ms = ticks_of(visit);
        out->cost_ms = out->taken_ms - began;
        *place = *out;
    }
    place->busy = false;
    (void)pthread_mutex_unlock(&glances->lock);
    return status;
}

/* ---- alerts of today ---- */

struct row {
    char rule[NAME_MAX], typology[NAME_MAX];
    uint64_t alerts;
    bool shadow;
};

struct today {
    struct text *json;
    uint64_t alerts, firsts, shadows, number;
    uint64_t grade[GRADE_EXTREME + 1];
    struct row *rule;
    struct row *typology;
    size_t rules_count, typologies_count;
};

static void row_add(struct row *rows, size_t *count, size_t most, struct slice name,
                    const struct bulletin_tally *tally, bool by_rule)
{
    size_t at = 0;
    while (at < *count &&
           (!slice_equal(slice_of(by_rule ? rows[at].rule : rows[at].typology), name) ||
            rows[at].shadow != tally->shadow))
        at++;
    if (at == most)
        return; /* the totals have it */
    if (at == *count) {
        rows[at] = (struct row){.shadow = tally->shadow};
        (void)snprintf(rows[at].rule, NAME_MAX, "%.*s", (int)tally->rule.size, tally->rule.at);
        (void)snprintf(rows[at].typology, NAME_MAX, "%.*s", (int)tally->typology.size,
                       tally->typology.at);
        ++*count;
    }
    rows[at].alerts += tally->alerts;
}

static enum status tally_take(void *self, const struct bulletin_tally *tally)
{
    struct today *today = self;
    row_add(today->rule, &today->rules_count, RULES_TOLD_MAX, tally->rule, tally, true);
    if (tally->shadow) {
        today->shadows += tally->alerts;
        return STATUS_OK;
    }
    row_add(today->typology, &today->typologies_count, TYPOLOGIES_MAX, tally->typology, tally,
            false);
    today->alerts += tally->alerts;
    today->firsts += tally->firsts;
    if (tally->grade >= 0 && tally->grade <= GRADE_EXTREME)
        today->grade[tally->grade] += tally->alerts;
    if (today->number == 0 || tally->number < today->number)
        today->number = tally->number;
    return STATUS_OK;
}

static void add_today(struct text *json, const struct today *today)
{
    text_addf(json, "\"alerts\":{\"today\":%llu,\"first\":%llu,\"shadow\":%llu,\"since\":",
              (unsigned long long)today->alerts, (unsigned long long)today->firsts,
              (unsigned long long)today->shadows);
    if (today->number == 0)
        text_add_string(json, "null");
    else
        text_addf(json, "%llu", (unsigned long long)today->number);
    text_add_string(json, ",\"grades\":{");
    for (int grade = GRADE_EXTREME; grade >= GRADE_NONE; grade--)
        text_addf(json, "%s\"%s\":%llu", grade == GRADE_EXTREME ? "" : ",",
                  grade == GRADE_NONE ? "none" : grade_name((enum grade)grade),
                  (unsigned long long)today->grade[grade]);
    text_add_string(json, "},\"typologies\":[");
    for (size_t i = 0; i < today->typologies_count; i++) {
        text_add_string(json, i == 0 ? "{\"typology\":" : ",{\"typology\":");
        text_add_json(json, slice_of(today->typology[i].typology));
        text_addf(json, ",\"alerts\":%llu}", (unsigned long long)today->typology[i].alerts);
    }
    text_add_string(json, "],\"rules\":[");
    for (size_t i = 0; i < today->rules_count; i++) {
        text_add_string(json, i == 0 ? "{\"rule\":" : ",{\"rule\":");
        text_add_json(json, slice_of(today->rule[i].rule));
        text_add_string(json, ",\"typology\":");
        text_add_json(json, slice_of(today->rule[i].typology));
        text_addf(json, ",\"shadow\":%s,\"alerts\":%llu}", today->rule[i].shadow ? "true" : "false",
                  (unsigned long long)today->rule[i].alerts);
    }
    text_add_string(json, "]}");
}

static enum status add_alerts(struct visit *visit, struct text *json)
{
    struct bulletin *bulletin = visit->rooms->bulletin;
    if (bulletin == NULL || access_may(&visit->identity, SCOPE_alerts_read) != ACCESS_MAY) {
        text_add_string(json, "\"alerts\":null");
        return STATUS_OK;
    }
    struct today today = {.json = json};
    int64_t day = bulletin_day(bulletin, now_of(visit));
    TRY(ARENA_NEW(visit->arena, RULES_TOLD_MAX, &today.rule));
    TRY(ARENA_NEW(visit->arena, TYPOLOGIES_MAX, &today.typology));
    TRY(bulletin_tallies(visit->reader, day, day + 1,
                         (struct bulletin_tally_sink){tally_take, &today}));
    add_today(json, &today);
    return STATUS_OK;
}

/* ---- work and money ---- */

static void add_open(struct text *json, const struct work_open *open)
{
    text_addf(json,
              "\"open\":%llu,\"held\":%llu,\"overdue\":%llu,\"due_3m\":%llu,\"due_10m\":%llu,"
              "\"due_1h\":%llu}",
              (unsigned long long)open->open, (unsigned long long)open->held,
              (unsigned long long)open->overdue, (unsigned long long)open->due[0],
              (unsigned long long)open->due[1], (unsigned long long)open->due[2]);
}

static void add_work(struct visit *visit, struct text *json, const struct glance *glance)
{
    struct work_open all = {0};
    for (unsigned i = 0; i < glance->kinds_count; i++) {
        all.open += glance->open[i].open;
        all.held += glance->open[i].held;
        all.overdue += glance->open[i].overdue;
        for (unsigned h = 0; h < WORK_HORIZONS; h++)
            all.due[h] += glance->open[i].due[h];
    }
    text_add_string(json, "\"work\":{\"at\":\"");
    text_add_moment(json, glance->at, visit->rooms->zone_minutes);
    text_add_string(json, "\",\"all\":{");
    add_open(json, &all);
    text_add_string(json, ",\"kinds\":[");
    bool first = true;
    for (unsigned i = 0; i < glance->kinds_count; i++) {
        if (glance->open[i].open == 0)
            continue;
        text_addf(json, "%s{\"kind\":\"%s\",", first ? "" : ",",
                  work_kind_at(visit->rooms->work, i)->name);
        add_open(json, &glance->open[i]);
        first = false;
    }
    text_add_string(json, "]},");
}

/* A sum of what nobody told is no sum. */
static void add_money(struct visit *visit, struct text *json, const struct stop_sum *stops)
{
    struct slice currency = visit->rooms->home_currency;
    text_add_string(json, "\"money\":{\"currency\":");
    if (currency.size == 0)
        text_add_string(json, "null");
    else
        text_add_json(json, currency);
    text_addf(json, ",\"at_risk\":%lld,\"at_risk_orders\":%llu,\"stopped_today\":",
              (long long)stops->risk, (unsigned long long)stops->risk_orders);
    if (stops->stopped_orders > 0 && stops->untold_orders == stops->stopped_orders)
        text_add_string(json, "null");
    else
        text_addf(json, "%lld", (long long)stops->stopped);
    text_addf(json, ",\"stopped_today_orders\":%llu,\"stopped_today_untold\":%llu},",
              (unsigned long long)stops->stopped_orders, (unsigned long long)stops->untold_orders);
}

static enum status add_desk(struct visit *visit, struct text *json)
{
    struct glance *glance = NULL;
    if (visit->rooms->work == NULL || access_may(&visit->identity, SCOPE_work_read) != ACCESS_MAY) {
        text_add_string(json, "\"work\":null,\"money\":null,");
        return STATUS_OK;
    }
    TRY(ARENA_NEW(visit->arena, 1, &glance));
    TRY(glance_take(visit, glance));
    add_work(visit, json, glance);
    add_money(visit, json, &glance->stops);
    return STATUS_OK;
}

/* ---- all of it ---- */

static void add_time(struct visit *visit, struct text *json)
{
    char bytes[40];
    struct text day = text_over(bytes, sizeof bytes);
    moment now = now_of(visit);
    text_add_moment(&day, now, visit->rooms->zone_minutes);
    text_addf(json, "{\"time\":\"%s\",\"time_ms\":%lld,\"zone_minutes\":%d,\"today\":\"%.10s\",",
              bytes, (long long)now.ms, (int)visit->rooms->zone_minutes, bytes);
}

/* What only people of home are told of the process. */
static void add_process(struct visit *visit, struct text *json)
{
    const struct api_process *process = &visit->rooms->process;
    if (!visit->identity.home || process->now == NULL) {
        text_add_string(json, "\"health\":null,\"feeds\":null,\"pulse\":null,\"detection\":null}");
        return;
    }
    text_add_string(json, "\"health\":");
    (void)process->ready(process->self, json);
    text_add_char(json, ',');
    process->now(process->self, json);
    text_add_char(json, '}');
}

void handle_now(struct visit *visit)
{
    struct text json = visit_paper(visit, NOW_BYTES);
    add_time(visit, &json);
    enum status status = add_desk(visit, &json);
    if (status == STATUS_OK)
        status = add_alerts(visit, &json);
    if (status != STATUS_OK) {
        visit_problem_of(visit, status);
        return;
    }
    text_add_char(&json, ',');
    add_process(visit, &json);
    visit_answer_json(visit, 200, &json);
    visit_header(visit, "Cache-Control", SLICE("no-store"));
}
