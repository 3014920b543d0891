/* lead.c -- opening, where leads come from, and answers by letter. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "casework/lead/lead_inside.h"

#include "ground/disk.h"
#include "ground/outline.h"

enum { DIRECTORY_MEMORY = 8 << 20 };

const struct store_migration LEAD_MIGRATIONS[LEAD_MIGRATIONS_COUNT] = {
    {"lead: signs of answered leads, and the sites that leads point to",
     "CREATE TABLE lead_sign (sign INTEGER NOT NULL, digest BLOB NOT NULL, owner TEXT NOT NULL, "
     "at INTEGER NOT NULL, lead TEXT NOT NULL, PRIMARY KEY (sign, digest, owner, at, lead)) "
     "WITHOUT ROWID;"
     "CREATE INDEX lead_sign_lead ON lead_sign (lead);"
     "CREATE TABLE lead_site (site TEXT PRIMARY KEY, owner TEXT NOT NULL, open INTEGER NOT NULL) "
     "WITHOUT ROWID;"
     "CREATE TABLE lead_at_site (site TEXT NOT NULL, lead TEXT NOT NULL, gone INTEGER NOT NULL, "
     "PRIMARY KEY (site, lead)) WITHOUT ROWID;"
     "CREATE INDEX lead_at_site_lead ON lead_at_site (lead);"
     "CREATE TABLE lead_asked (lead TEXT NOT NULL, partner TEXT NOT NULL, organisation TEXT NOT "
     "NULL, PRIMARY KEY (lead, partner, organisation)) WITHOUT ROWID"},
};

/* ---- opening ---- */

static enum status directory_load(struct lead *lead, struct text why[TONGUES_COUNT])
{
    struct arena *arena;
    struct slice text;
    struct directory *directory;
    enum disk_fault fault = DISK_FAILED;
    TRY(arena_create(&arena, DIRECTORY_MEMORY));
    enum status status =
        disk_read_all(lead->options.directory, OUTLINE_BYTES_MAX, arena, &text, &fault);
    if (status != STATUS_OK) {
        text_addf(&why[TONGUE_EN], "%s: cannot be read", lead->options.directory);
        text_addf(&why[TONGUE_ZH], "%s：无法读取", lead->options.directory);
    } else {
        status = directory_read(&directory, lead->options.directory, text, arena, why);
    }
    if (status != STATUS_OK) {
        arena_destroy(arena);
        return status;
    }
    (void)pthread_rwlock_wrlock(&lead->lock);
    struct arena *before = lead->directory_arena;
    lead->directory = directory;
    lead->directory_arena = arena;
    (void)pthread_rwlock_unlock(&lead->lock);
    if (before != NULL)
        arena_destroy(before);
    return STATUS_OK;
}

enum status lead_create(struct lead **out, const struct lead_options *options, struct arena *boot,
                        struct text why[TONGUES_COUNT])
{
    struct lead *lead;
    struct slice path;
    TRY(ARENA_NEW(boot, 1, &lead));
    must(options->home.size < sizeof lead->home);
    lead->options = *options;
    if (options->home.size != 0)
        memcpy(lead->home, options->home.at, options->home.size);
    TRY(slice_copy(boot, options->home_country, &lead->options.home_country));
    (void)pthread_rwlock_init(&lead->lock, NULL);
    if (options->directory != NULL) {
        TRY(slice_copy(boot, slice_of(options->directory), &path));
        lead->options.directory = path.at;
        TRY(directory_load(lead, why));
    }
    *out = lead;
    return STATUS_OK;
}

void lead_plugs(struct lead *lead, struct work_plug out[LEAD_PLUGS_COUNT])
{
    out[0] = (struct work_plug){
        .kind = &LEAD_CHECK, .holds = check_holds, .after = check_after, .self = lead};
    out[1] = (struct work_plug){
        .kind = &SITE_TASK, .holds = site_holds, .after = site_after, .self = lead};
}

void lead_start(struct lead *lead, struct work *work)
{
    lead->work = work;
}

void lead_at_home(struct lead *lead, struct slice home)
{
    must(home.size < sizeof lead->home);
    (void)pthread_rwlock_wrlock(&lead->lock);
    memcpy(lead->home, home.at, home.size);
    lead->home[home.size] = '\0';
    (void)pthread_rwlock_unlock(&lead->lock);
}

/* STATUS_IO: nobody has enrolled yet; whoever sent it sends it again. */
static enum status home_of(struct lead *lead, struct arena *request, struct slice *out)
{
    (void)pthread_rwlock_rdlock(&lead->lock);
    enum status status = slice_copy(request, slice_of(lead->home), out);
    (void)pthread_rwlock_unlock(&lead->lock);
    TRY(status);
    return out->size == 0 ? STATUS_IO : STATUS_OK;
}

void lead_destroy(struct lead *lead)
{
    if (lead == NULL)
        return;
    if (lead->directory_arena != NULL)
        arena_destroy(lead->directory_arena);
    (void)pthread_rwlock_destroy(&lead->lock);
    secret_wipe(&lead->options.key, sizeof lead->options.key);
}

void lead_clocks(struct lead *lead, int64_t request_ms, int64_t answer_ms, int64_t late_ms)
{
    lead->options.request_ms = request_ms;
    lead->options.answer_ms = answer_ms;
    lead->options.late_ms = late_ms;
}

void lead_kept(struct lead *lead, int64_t cleared_ms)
{
    lead->options.kept_cleared_ms = cleared_ms;
}

enum status lead_reload(struct lead *lead, struct text why[TONGUES_COUNT])
{
    if (lead->options.plan != NULL)
        TRY(plan_desk_reload(lead->options.plan, why));
    return lead->options.directory == NULL ? STATUS_OK : directory_load(lead, why);
}

void lead_count(const struct lead *lead, struct lead_counts *out)
{
    *out = (struct lead_counts){
        .asked = atomic_load(&lead->asked),
        .answered_machine = atomic_load(&lead->answered_machine),
        .answered_person = atomic_load(&lead->answered_person),
        .declined = atomic_load(&lead->declined),
        .held = atomic_load(&lead->held),
        .overdue = atomic_load(&lead->overdue),
        .cleared = atomic_load(&lead->cleared),
        .notices = atomic_load(&lead->notices),
        .sites = atomic_load(&lead->sites),
        .joined_sites = atomic_load(&lead->joined_sites),
    };
}

/* ---- the machine's hand ---- */

struct work_value lead_value(const struct work_kind *kind, const char *field, struct slice value)
{
    int index = work_field_find(kind, slice_of(field));
    must(index >= 0);
    return (struct work_value){index, value};
}

enum status lead_step(struct lead *lead, const char *id, const char *step,
                      const struct work_value *value, unsigned count, struct arena *request,
                      bool *done)
{
    struct work_item item;
    struct work_refusal refusal;
    struct work_move move = {
        .id = id, .step = step, .version = -1, .value = value, .values_count = count};
    enum status status = work_step(lead->work, &move, request, &refusal, &item);
    if (done == NULL)
        return status;
    *done = status == STATUS_OK;
    return status == STATUS_LATE ? STATUS_OK : status; /* it has moved on meanwhile */
}

enum status lead_find(struct lead *lead, const char *id, struct arena *request,
                      struct work_item *out)
{
    return work_find(lead->work, lead->options.store, id, NULL, request, out);
}

enum status lead_moment_text(struct arena *request, moment at, struct slice *out)
{
    char bytes[48];
    struct text text = text_over(bytes, sizeof bytes);
    text_add_moment(&text, at, 0);
    return slice_copy(request, text_slice(&text), out);
}

/* ---- where a number goes ---- */

static enum status entry_copy(struct lead *lead, struct slice carrier, struct slice region,
                              struct arena *request, struct lead_route *out)
{
    enum status status = STATUS_OK;
    (void)pthread_rwlock_rdlock(&lead->lock);
    const struct directory_carrier *entry =
        lead->directory == NULL ? NULL : directory_carrier_find(lead->directory, carrier, region);
    if (entry != NULL) {
        status = slice_copy(request, entry->organisation, &out->organisation);
        if (status == STATUS_OK)
            status = slice_copy(request, entry->partner, &out->partner);
    }
    (void)pthread_rwlock_unlock(&lead->lock);
    return status;
}

enum status lead_route(struct lead *lead, struct slice number, struct arena *request,
                       struct lead_route *out)
{
    struct lead_route route = {.plan = {.find = PLAN_no_range}};
    if (lead->options.plan != NULL)
        TRY(plan_desk_route(lead->options.plan, number, lead->options.home_country, request,
                            &route.plan));
    if (plan_names(route.plan.find))
        TRY(entry_copy(lead, route.plan.carrier, route.plan.region, request, &route));
    *out = route;
    return STATUS_OK;
}

static void add_route_words(struct text *text, const struct lead_route *route, enum tongue tongue)
{
    text_add_string(text, plan_find_says(route->plan.find)->in[tongue]);
    if (route->plan.line != 0)
        text_addf(text, tongue == TONGUE_ZH ? "（%.*s 第 %u 行）" : " (%.*s:%u)",
                  (int)route->plan.file.size, route->plan.file.at, route->plan.line);
    if (plan_names(route->plan.find) && route->organisation.size == 0 && route->partner.size == 0)
        text_add_string(text, tongue == TONGUE_ZH
                                  ? "；但通讯录中没有该运营商"
                                  : "; but the directory has nobody for this carrier");
}

enum status check_route(struct lead *lead, const struct work_item *item, struct slice carrier,
                        struct arena *request)
{
    struct lead_route route;
    char bytes[300];
    struct work_value value[5];
    unsigned count = 0;
    TRY(lead_route(lead, work_value_of(item, "number"), request, &route));
    if (carrier.size != 0) { /* somebody knows better than the plan */
        route.plan.find = PLAN_found;
        route.plan.carrier = carrier;
        route.organisation = route.partner = SLICE("");
        TRY(entry_copy(lead, carrier, route.plan.region, request, &route));
    }
    struct text text = text_over(bytes, sizeof bytes);
    add_route_words(&text, &route, TONGUE_ZH);
    text_add_string(&text, " | ");
    add_route_words(&text, &route, TONGUE_EN);
    value[count++] = lead_value(&LEAD_CHECK, "route", text_slice(&text));
    if (route.plan.carrier.size != 0)
        value[count++] = lead_value(&LEAD_CHECK, "carrier", route.plan.carrier);
    if (route.organisation.size != 0)
        value[count++] = lead_value(&LEAD_CHECK, "organisation", route.organisation);
    if (route.partner.size != 0)
        value[count++] = lead_value(&LEAD_CHECK, "partner", route.partner);
    if (route.plan.region.size != 0)
        value[count++] = lead_value(&LEAD_CHECK, "region", route.plan.region);
    TRY(lead_step(lead, item->id, "routed", value, count, request, NULL));
    if (item->place.size != 0 || route.plan.region.size == 0)
        return STATUS_OK;
    return work_rank(lead->work, item->id, item->priority, route.plan.region, request);
}

/* ---- where leads come from ---- */

static const char *const GRADES[] = {"low", "low", "medium", "high", "extreme"};

enum status lead_from_alert(struct lead *lead, const struct lead_alert *alert,
                            struct arena *request, struct work_item *out, bool *joined)
{
    struct work_refusal refusal;
    struct slice home;
    char bytes[128];
    struct text source = text_over(bytes, sizeof bytes);
    TRY(home_of(lead, request, &home));
    int grade = alert->grade < 0 || alert->grade > 4 ? 0 : alert->grade;
    text_addf(&source, "alert %.*s", (int)alert->id.size, alert->id.at);
    const struct work_value value[] = {
        lead_value(&LEAD_CHECK, "number", alert->number),
        lead_value(&LEAD_CHECK, "origin", SLICE("alert")),
        lead_value(&LEAD_CHECK, "grade", slice_of(GRADES[grade])),
        lead_value(&LEAD_CHECK, "typology", alert->typology),
        lead_value(&LEAD_CHECK, "alert", alert->id),
    };
    struct work_draft draft = {
        .kind = &LEAD_CHECK,
        .owner = home,
        .priority = grade * 100,
        .detected = alert->time,
        .value = value,
        .values_count = sizeof value / sizeof value[0],
        .source = text_slice(&source),
    };
    return work_add(lead->work, &draft, request, &refusal, out, joined);
}

static bool may_push(struct lead *lead, struct slice partner)
{
    (void)pthread_rwlock_rdlock(&lead->lock);
    bool may = lead->directory != NULL && directory_may_push(lead->directory, partner);
    (void)pthread_rwlock_unlock(&lead->lock);
    return may;
}

enum status lead_from_push(struct lead *lead, struct slice partner, struct slice letter,
                           struct slice body, struct arena *request, struct work_item *out,
                           bool *joined)
{
    struct check_question pushed;
    struct work_refusal refusal;
    char bytes[160], source_bytes[192];
    struct text why = text_over(bytes, sizeof bytes);
    struct text source = text_over(source_bytes, sizeof source_bytes);
    struct work_value value[10];
    unsigned count = 0;
    if (!may_push(lead, partner))
        return STATUS_REFUSED;
    struct slice home;
    TRY(home_of(lead, request, &home));
    TRY(push_read(body, request, &pushed, &why));
    text_addf(&source, "push %.*s %.*s", (int)partner.size, partner.at, (int)letter.size,
              letter.at);
    value[count++] = lead_value(&LEAD_CHECK, "number", pushed.number);
    value[count++] = lead_value(&LEAD_CHECK, "origin", SLICE("province"));
    value[count++] = lead_value(&LEAD_CHECK, "sender", partner);
    value[count++] = lead_value(&LEAD_CHECK, "sender_id", pushed.id);
    value[count++] =
        lead_value(&LEAD_CHECK, "purpose", slice_of(CHECK_PURPOSES[pushed.purpose].name));
    value[count++] = lead_value(&LEAD_CHECK, "basis", slice_of(CHECK_BASES[pushed.basis].name));
    if (pushed.document.size != 0)
        value[count++] = lead_value(&LEAD_CHECK, "document", pushed.document);
    if (pushed.from.ms != MOMENT_NONE.ms) {
        value[count] = lead_value(&LEAD_CHECK, "seen_from", SLICE(""));
        TRY(lead_moment_text(request, pushed.from, &value[count++].value));
    }
    if (pushed.to.ms != MOMENT_NONE.ms) {
        value[count] = lead_value(&LEAD_CHECK, "seen_to", SLICE(""));
        TRY(lead_moment_text(request, pushed.to, &value[count++].value));
    }
    struct work_draft draft = {
        .kind = &LEAD_CHECK,
        .owner = home,
        .priority = 300,
        .detected = pushed.from,
        .value = value,
        .values_count = count,
        .source = text_slice(&source),
    };
    return work_add(lead->work, &draft, request, &refusal, out, joined);
}

/* ---- answers by letter ---- */

static bool digits_between(struct slice value, size_t least, size_t most)
{
    bool fine = value.size >= least && value.size <= most;
    for (size_t i = 0; fine && i < value.size; i++)
        fine = value.at[i] >= '0' && value.at[i] <= '9';
    return fine;
}

/* A value that would not hold as its field is left out, so that one odd value does not cost the
 * others. */
static bool reply_fits(unsigned field, struct slice value)
{
    if (value.size == 0)
        return false;
    if (field == REPLY_imei)
        return digits_between(value, 14, 16);
    if (field == REPLY_place)
        return digits_between(value, 2, 12);
    int index = work_field_find(&LEAD_CHECK, slice_of(REPLY_FIELDS[field].name));
    must(index >= 0);
    uint32_t most = LEAD_CHECK.field[index].size_max;
    return most == 0 || value.size <= most;
}

static enum status answer_put(struct lead *lead, const struct work_item *item,
                              const struct reply *reply, struct arena *request, bool *used)
{
    struct work_value value[REPLY_FIELDS_COUNT + 1];
    unsigned count = 0;
    for (unsigned f = 0; f < REPLY_FIELDS_COUNT; f++)
        if (reply_fits(f, reply->value[f]))
            value[count++] = lead_value(&LEAD_CHECK, REPLY_FIELDS[f].name, reply->value[f]);
    value[count++] = lead_value(&LEAD_CHECK, "answered_by",
                                reply->by_person ? SLICE("person") : SLICE("machine"));
    return lead_step(lead, item->id, "answer_in", value, count, request, used);
}

enum status lead_take_reply(struct lead *lead, struct slice partner, struct slice work,
                            struct slice body, struct arena *request, bool *used)
{
    struct reply reply;
    struct work_item item;
    char bytes[160], id[WORK_ID_SIZE] = "";
    struct text why = text_over(bytes, sizeof bytes);
    *used = false;
    if (work.size == 0 || work.size >= sizeof id)
        return STATUS_REFUSED;
    memcpy(id, work.at, work.size);
    enum status status = lead_find(lead, id, request, &item);
    if (status != STATUS_OK)
        return status == STATUS_ABSENT ? STATUS_REFUSED : status;
    if (item.kind != &LEAD_CHECK || !slice_equal(work_value_of(&item, "partner"), partner))
        return STATUS_REFUSED;
    TRY(reply_read(body, request, &reply, &why));
    if (!slice_equal(reply.id, work))
        return STATUS_MALFORMED;
    if (reply.outcome == CHECK_answered)
        return answer_put(lead, &item, &reply, request, used);
    struct work_value reason =
        lead_value(&LEAD_CHECK, "reply_reason", slice_of(CHECK_REASONS[reply.reason].name));
    return lead_step(lead, id, reply.outcome == CHECK_held ? "held_in" : "decline_in", &reason, 1,
                     request, used);
}
