/* works.c -- the machine of work in a running service: its kinds, its time and the thread that
 * fires clocks.
 *
 * The thread looks at the steady instant of the next clock TICK_MS apart, and calls work_keep when
 * it has come or a second has passed.  A failure to keep is logged and tried again: what is due
 * stays due in the store. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "works.h"

#include "casework/area/area.h"
#include "casework/case/case.h"
#include "casework/dissuasion/dissuasion.h"
#include "casework/freeze/freeze.h"
#include "casework/inspection/inspection.h"
#include "casework/penalty/penalty.h"
#include "casework/query/query.h"
#include "casework/returning/returning.h"
#include "casework/stop_payment/stop_order.h"
#include "contacts.h"
#include "leading.h"
#include "presence/presence.h"
#include "recalling.h"
#include "reporting.h"
#include "sanctions.h"
#include "say.h"
#include "sealing.h"
#include "stopping.h"

#include <pthread.h>
#include <time.h>

enum { TICK_MS = 50, SCRATCH_BYTES = 64 << 20, BOOT_ID_BYTES = 64, LOOK_BYTES = 4 << 20 };

struct works {
    struct service *service;
    struct steady *steady;
    struct work *work;
    struct dissuasion dissuasion;
    struct stop_desk stops;
    struct freeze_desk freezes;
    struct query_desk queries;
    struct return_desk returns;
    struct stopping stopping;
    struct casebook casebook;
    struct penalty_desk penalties;
    struct contact_mail contacts;
    struct sealing sealing;
    struct recalling *recalling;
    struct inspection_desk inspections;
    struct sanctions *sanctions;
    struct area_desk areas;
    struct leading *leading;
    struct tasks *tasks;
    bool count_told; /* that counting failed */
    struct arena *scratch, *look;
    pthread_t thread;
    _Atomic bool closing;
    bool running;
};

/* What names this boot of the machine; empty where the system does not say. */
static struct slice boot_id(struct arena *boot)
{
    struct slice id = SLICE("");
    enum disk_fault fault;
    if (disk_read_all("/proc/sys/kernel/random/boot_id", BOOT_ID_BYTES, boot, &id, &fault) !=
        STATUS_OK)
        return SLICE("");
    while (id.size > 0 && (unsigned char)id.at[id.size - 1] <= ' ')
        id.size--;
    return id;
}

static void keep_steady(struct works *works)
{
    struct store *store = works->service->store;
    enum status status = store_begin(store);
    if (status == STATUS_OK) {
        status = steady_keep(works->steady);
        if (status == STATUS_OK)
            status = store_commit(store);
        else
            store_rollback(store);
    }
    if (status != STATUS_OK)
        LOG(&works->service->log, failed, LOG_TEXT(what, SLICE("steady time is not written down")),
            LOG_TEXT(status, slice_of(status_name(status))));
}

static void keep_work(struct works *works)
{
    bool more = true;
    while (more && !atomic_load(&works->closing)) {
        arena_reset(works->scratch);
        enum status status = work_keep(works->work, works->scratch, &more);
        if (status == STATUS_OK)
            continue;
        LOG(&works->service->log, failed, LOG_TEXT(what, SLICE("clocks of work")),
            LOG_TEXT(status, slice_of(status_name(status))));
        return;
    }
}

/* Figures follow what was done; whether there is more to count. */
static bool count_work(struct works *works)
{
    enum status status;
    bool more = reporting_turn(works->service->reporting, works->scratch, &status);
    if (status != STATUS_OK && !works->count_told)
        LOG(&works->service->log, failed, LOG_TEXT(what, SLICE("counting what work has come to")),
            LOG_TEXT(status, slice_of(status_name(status))));
    works->count_told = status != STATUS_OK;
    return more;
}

static void *works_run(void *self)
{
    struct works *works = self;
    struct clock clock = works->service->clock;
    int64_t kept_ms = 0, steady_ms = clock.ticks_ms(clock.self);
    while (!atomic_load(&works->closing)) {
        const struct timespec pause = {0, TICK_MS * 1000000};
        int64_t ticks = clock.ticks_ms(clock.self);
        moment due = work_next_due(works->work);
        if (ticks - kept_ms >= SECOND_MS ||
            (due.ms != MOMENT_NONE.ms && due.ms <= steady_now(works->steady).ms)) {
            kept_ms = ticks;
            leading_turn(works->leading);
            keep_work(works);
        }
        sealing_turn(&works->sealing, works->service, works->work, works->scratch);
        bool waiting = sanctions_turn(works->sanctions, works->scratch);
        /* one batch: clocks do not wait for alerts */
        bool more = tasks_turn(works->tasks) || waiting;
        more = count_work(works) || more;
        if (ticks - steady_ms >= MINUTE_MS) {
            steady_ms = ticks;
            keep_steady(works);
        }
        if (!more)
            (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

/* ---- what the law packs say ---- */

static int64_t span(const struct law_pack *pack, const char *name, int64_t otherwise)
{
    int64_t ms = 0;
    return pack != NULL && law_span_ms(pack, name, &ms, NULL) == STATUS_OK ? ms : otherwise;
}

/* The proposed spans of domain.md 4.2 [P], out of the pack in force today; what it leaves open is
 * no duty.  A hold's term and its confirmation are ours. */
static struct dissuasion_spans spans_of(const struct law_pack *pack)
{
    return (struct dissuasion_spans){
        .first_contact_ms = {span(pack, "dissuasion.extreme.contact", MINUTE_MS),
                             span(pack, "dissuasion.high.contact", -1),
                             span(pack, "dissuasion.medium.contact", -1),
                             span(pack, "dissuasion.low.contact", -1)},
        .no_answer_ms = {span(pack, "dissuasion.extreme.escalate", 5 * MINUTE_MS),
                         span(pack, "dissuasion.high.escalate", -1),
                         span(pack, "dissuasion.medium.escalate", -1), -1},
        .meeting_ms = {span(pack, "dissuasion.extreme.visit", 30 * MINUTE_MS),
                       span(pack, "dissuasion.high.visit", -1),
                       span(pack, "dissuasion.medium.visit", -1), -1},
        .follow_up_ms = span(pack, "dissuasion.follow_up", 7LL * DAY_MS),
        .follow_answer_ms = 3 * DAY_MS,
        .hold_ms = 2 * DAY_MS,
        .lift_confirm_ms = MINUTE_MS,
    };
}

static const struct law_pack *practice(const struct service *service)
{
    law_date today = laws_today(service->clock, &service->config);
    return law_find(&service->law, LAW_SUBJECT_practice, today);
}

static struct dissuasion_kept kept_of(const struct service *service)
{
    const struct law_pack *pack = practice(service);
    return (struct dissuasion_kept){.false_ms = span(pack, "retention.false_alarm", 30LL * DAY_MS),
                                    .low_ms = span(pack, "retention.low_warning", 90LL * DAY_MS),
                                    .other_ms = service->config.work_retention};
}

/* ---- kinds ---- */

/* Somebody has paid: a stop order for the desk, from what is known; nobody types it again. */
static enum status stop_it(void *self, const struct work_item *item, struct arena *request)
{
    struct works *works = self;
    struct work_item order;
    const struct stop_cause cause = {
        .owner = slice_of(item->owner),
        .about = slice_of(item->id),
        .payee = work_value_of(item, "payee"),
        .payee_name = work_value_of(item, "payee_name"),
        .payee_bank = work_value_of(item, "payee_bank"),
        .amount = work_value_of(item, "loss"),
        .paid_at = work_value_of(item, "paid_at"),
        .payer = work_value_of(item, "account"),
        .level = 1,
    };
    TRY(stop_from(&works->stops, &cause, request, &order));
    return work_link(works->work, item->id, order.id, "led_to", NULL, SLICE(""));
}

static void stops_init(struct works *works)
{
    const struct service *service = works->service;
    struct digest key = secret_digest(&service->access_keys.totp, "stopped accounts", SLICE(""));
    works->stops = (struct stop_desk){.store = service->store,
                                      .law = &service->law,
                                      .steady = works->steady,
                                      .zone_minutes = service->config.home_zone};
    memcpy(works->stops.key.bytes, key.bytes, SECRET_SIZE);
    works->stops.answer_ms = span(practice(service), "stop.answer", 0);
    works->stops.lift_ms = span(practice(service), "stop.lift_confirm", 0);
    works->stopping.desk = &works->stops;
    works->stopping.clock = service->clock;
    works->service->stopping = &works->stopping;
    works->stops.post = stopping_post_of(&works->stopping);
}

/* One look at a case or a dissuasion, by whoever has the transaction: one arena for these rooms. */
static void freezes_init(struct works *works)
{
    const struct service *service = works->service;
    struct digest key = secret_digest(&service->access_keys.totp, "frozen accounts", SLICE(""));
    works->freezes = (struct freeze_desk){.store = service->store,
                                          .law = &service->law,
                                          .steady = works->steady,
                                          .zone_minutes = service->config.home_zone,
                                          .stops = &works->stops,
                                          .scratch = works->look};
    works->queries = (struct query_desk){.store = service->store,
                                         .law = &service->law,
                                         .steady = works->steady,
                                         .zone_minutes = service->config.home_zone,
                                         .scratch = works->look};
    memcpy(works->freezes.key.bytes, key.bytes, SECRET_SIZE);
    works->freezes.post = stopping_post_of(&works->stopping);
    works->stopping.freezes = &works->freezes;
    works->casebook.may_end = freeze_lets_end;
    works->casebook.self = &works->freezes;
}

/* Letters of banks, for all that is ordered of them. */
static void banks_init(struct works *works)
{
    struct outbox_plug plug[STOPPING_PLUGS];
    stopping_plugs_of(&works->stopping, plug);
    for (unsigned i = 0; i < STOPPING_PLUGS; i++)
        letters_plug(works->service, plug[i]);
}

static void returns_init(struct works *works)
{
    const struct service *service = works->service;
    works->returns = (struct return_desk){.store = service->store,
                                          .law = &service->law,
                                          .steady = works->steady,
                                          .zone_minutes = service->config.home_zone,
                                          .post = stopping_post_of(&works->stopping),
                                          .scratch = works->look};
    works->stopping.returns = &works->returns;
}

static void penalties_init(struct works *works)
{
    const struct service *service = works->service;
    works->penalties = (struct penalty_desk){.store = service->store,
                                             .law = &service->law,
                                             .steady = works->steady,
                                             .zone_minutes = service->config.home_zone};
    works->inspections = (struct inspection_desk){.store = service->store,
                                                  .steady = works->steady,
                                                  .zone_minutes = service->config.home_zone,
                                                  .penalties = &works->penalties};
    works->areas = (struct area_desk){
        .law = &service->law, .steady = works->steady, .zone_minutes = service->config.home_zone};
}

/* Texts to persons and their receipts, if there is a gateway. */
static void contacts_init(struct works *works)
{
    struct service *service = works->service;
    works->contacts = (struct contact_mail){.store = service->store,
                                            .outbox = &service->outbox,
                                            .partners = &service->partners,
                                            .gateway = service->config.contact_gateway,
                                            .clock = service->clock,
                                            .receipt_ms = service->config.contact_receipt,
                                            .dissuasion = &works->dissuasion};
    letters_plug(service, contacts_plug_of(&works->contacts));
}

/* Every kind of work that this program knows. */
static unsigned plugs_of(struct works *works, struct work_plug out[WORK_KINDS_MAX])
{
    unsigned count = 0;
    stops_init(works);
    freezes_init(works);
    banks_init(works);
    contacts_init(works);
    works->dissuasion = (struct dissuasion){
        .spans = spans_of(practice(works->service)),
        .kept = kept_of(works->service),
        .tries_max = works->service->config.contact_tries,
        .sinks = {.post = contacts_post_of(&works->contacts), .paid = stop_it, .self = works},
        .tongue = works->service->config.contact_tongue == 0 ? TONGUE_ZH : TONGUE_EN,
    };
    out[count++] = dissuasion_plug(&works->dissuasion);
    out[count++] = hold_plug(&works->dissuasion);
    out[count++] = stop_plug(&works->stops);
    out[count++] = freeze_plug(&works->freezes);
    out[count++] = query_plug(&works->queries);
    returns_init(works);
    return_plugs(&works->returns, out + count);
    count += RETURN_PLUGS;
    out[count++] = recalling_plug(works->recalling);
    casebook_plugs(&works->casebook, out + count);
    count += CASEBOOK_PLUGS;
    penalties_init(works);
    out[count++] = penalty_plug(&works->penalties);
    inspection_plugs(&works->inspections, out + count);
    count += INSPECTION_PLUGS;
    count += sanctions_plugs(works->sanctions, out + count);
    area_plugs(&works->areas, out + count);
    count += AREA_PLUGS;
    return count + leading_plugs(works->leading, out + count);
}

enum status works_paper(void *self, const struct api_paper_wish *wish, struct arena *request,
                        struct document *out)
{
    const struct service *service = self;
    const struct return_wish paper = {.id = wish->id,
                                      .name = wish->name,
                                      .tongue = wish->tongue,
                                      .reason = wish->reason,
                                      .by = wish->by};
    return return_write(&service->works->returns, &paper, request, out);
}

/* ---- what is heard ---- */

void works_hear(void *self, const struct record *records, size_t count)
{
    const struct service *service = self;
    for (size_t i = 0; i < count; i++) {
        const struct record *record = &records[i];
        unsigned duration = FIELD_OF(call, duration);
        if (record->kind != RECORD_call)
            continue;
        int64_t lasted_ms = record_knows(record, duration) ? record->field[duration].whole : 0;
        presence_ended(service->presence, record->field[FIELD_OF(call, caller)].name,
                       record->field[FIELD_OF(call, callee)].name,
                       (moment){record->at.ms + lasted_ms});
    }
}

static enum status open_work(struct works *works, struct text *why)
{
    struct service *service = works->service;
    struct work_plug plug[WORK_KINDS_MAX];
    TRY(steady_open(&works->steady, service->store, service->clock, boot_id(service->boot),
                    service->boot, why));
    struct work_options options = {
        .store = service->store,
        .audit = service->audit,
        .access = service->access,
        .chance = seal_chance_of_machine(),
        .steady = works->steady,
        .zone_minutes = service->config.home_zone,
        .plug = plug,
        .plugs_count = plugs_of(works, plug),
    };
    struct digest key = secret_digest(&service->access_keys.totp, "values of work", SLICE(""));
    memcpy(options.key.bytes, key.bytes, SECRET_SIZE);
    TRY(sealing_open(&works->sealing, service, &options, works->scratch, why));
    enum status status = work_open(&works->work, &options, service->boot, why);
    secret_wipe(&options.key, sizeof options.key);
    secret_wipe(options.seal, sizeof options.seal);
    works->dissuasion.store = service->store;
    works->dissuasion.work = works->casebook.work = works->stops.work = works->work;
    works->freezes.work = works->queries.work = works->work;
    works->returns.work = works->work;
    works->penalties.work = works->inspections.work = works->areas.work = works->work;
    sanctions_start(works->sanctions, works->work);
    leading_start(works->leading, works->work);
    return status;
}

static struct money *money_now(void *self)
{
    return moneys_money(self);
}

static enum status open_flow(struct works *works)
{
    struct service *service = works->service;
    struct flow_options options = {
        .store = service->store,
        .work = works->work,
        .stops = &works->stops,
        .live = service->live,
        .money = money_now,
        .self = service,
        .chance = seal_chance_of_machine(),
        .clock = service->clock,
        .zone_minutes = service->config.home_zone,
        .home = slice_equal(service->config.home_country, SLICE("86")),
    };
    must(works->sealing.ring.count < FLOW_SEALS_MAX); /* and the one of before */
    options.seals_count = sealing_derive(&works->sealing, service, "traces of money", options.seal);
    enum status status = flow_open(&service->flow, &options, service->boot);
    secret_wipe(options.seal, sizeof options.seal);
    return status;
}

static enum status open_reporting(struct works *works, struct text *why)
{
    struct service *service = works->service;
    char path[PATH_MAX];
    struct slice folder;
    TRY(slice_copy(service->boot, slice_of(service_path(service, path, "ledger").at), &folder));
    struct reporting_options options = {.store = service->store,
                                        .store_path = service->store_path,
                                        .work = works->work,
                                        .law = &service->law,
                                        .folder = folder.at,
                                        .clock = service->clock,
                                        .zone_minutes = service->config.home_zone};
    struct digest key = secret_digest(&service->access_keys.totp, "counted persons", SLICE(""));
    memcpy(options.key.bytes, key.bytes, SECRET_SIZE);
    return reporting_open(&service->reporting, &options, service->boot, why);
}

enum status works_law(struct service *service)
{
    struct works *works = service->works;
    works->dissuasion.spans = spans_of(practice(service));
    works->dissuasion.kept = kept_of(service);
    leading_law(works->leading);
    return sanctions_law(works->sanctions);
}

enum status works_reload(struct service *service, struct text why[TONGUES_COUNT])
{
    return lead_reload(leading_lead(service->works->leading), why);
}

enum status works_open(struct service *service, struct text *why)
{
    struct works *works = NULL;
    TRY(ARENA_NEW(service->boot, 1, &works));
    TRY(arena_create(&works->scratch, SCRATCH_BYTES));
    TRY(arena_create(&works->look, LOOK_BYTES));
    service->works = works;
    works->service = service;
    TRY(leading_open(&works->leading, service, why));
    TRY(recalling_open(&works->recalling, service, why));
    TRY(sanctions_open(&works->sanctions, service, why));
    TRY(open_work(works, why));
    service->work = works->work;
    TRY(open_flow(works));
    TRY(open_reporting(works, why));
    TRY(tasks_open(&works->tasks, service, leading_lead(works->leading), why));
    return recalling_start(works->recalling, works->work);
}

enum exit_code works_start(struct service *service)
{
    struct works *works = service->works;
    works->running = pthread_create(&works->thread, NULL, works_run, works) == 0;
    if (works->running)
        return EXIT_DONE;
    COMPLAIN(service->command, "work: %s", "工作：%s", status_meaning(STATUS_FULL));
    return EXIT_FAILED;
}

void works_close(struct service *service)
{
    struct works *works = service->works;
    if (works == NULL)
        return;
    atomic_store(&works->closing, true);
    if (works->running)
        (void)pthread_join(works->thread, NULL);
    recalling_close(works->recalling);
    reporting_close(service->reporting);
    tasks_close(works->tasks);
    flow_close(service->flow);
    if (works->work != NULL)
        work_close(works->work);
    leading_close(works->leading);
    arena_destroy(works->look);
    sanctions_close(works->sanctions, works->scratch);
    arena_destroy(works->scratch);
}
