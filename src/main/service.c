/* service.c -- opening, keeping and closing, in an order that matters.
 *
 *     directory, lock ─> keys ─> store, audit, access ─> rules ─> journal, recovery ─> receipts
 *         ─> followed files ─> HTTP ─> "ready"
 *
 * Nobody is answered before everything that was acknowledged is known again; what is opened later
 * is closed earlier.  One thread (ours) keeps: it follows files, judges readiness, signs the audit
 * log, writes receipts down, and tells the service manager that all is well.
 *
 * Closing is a courtesy: a killed process loses nothing that was acknowledged, its next start only
 * takes longer. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "journal/finding.h"
#include "ladder/ladder.h"
#include "presence/presence.h"
#include "reporting.h"
#include "say.h"
#include "settings.h"
#include "stop.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum {
    BOOT_MORE = 2 << 10, /* MiB beside the memory of detection */
    TURN_MS = 20,        /* between two looks of the keeping thread */
    HEARTBEAT_MS = 1000,
    WHY_BYTES_MAX = 1024,
    CLOSE_SECONDS = 10,
    KEY_BYTES_MAX = 256 * 1024, /* of certificate or key */
    WORKERS = 4,
    STREAMS_MAX = 1024,
    PRESENCE_LINES = 1 << 20,
};

static void log_to_stderr(void *self, struct slice line)
{
    (void)self;
    (void)!write(STDERR_FILENO, line.at, line.size); /* nobody is left to tell */
}

/* ---- directory, keys, store ---- */

static enum exit_code open_folder(struct service *service)
{
    const struct command *command = service->command;
    const char *folder = command_value(command, FLAG_data);
    char path[PATH_MAX];
    enum disk_fault fault;
    int64_t owner;
    if (folder == NULL) {
        COMPLAIN(command, "--data DIR is needed: where everything is kept.",
                 "需要 --data 目录：所有数据存放于此。");
        return EXIT_USAGE;
    }
    struct text text = text_over(service->folder, sizeof service->folder - 64);
    text_add_string(&text, folder);
    if (text.full || folder_make(folder, &fault) != STATUS_OK) {
        complain_fault(command, folder, text.full ? DISK_FAILED : fault);
        return EXIT_FAILED;
    }
    enum status status =
        folder_lock(service_path(service, path, "lock").at, &service->lock, &owner);
    if (status == STATUS_REFUSED)
        COMPLAIN(command, "%s: another process (%lld) is serving from this directory.",
                 "%s：另一进程（%lld）正在使用该目录。", folder, (long long)owner);
    else if (status != STATUS_OK)
        COMPLAIN(command, "%s: cannot be locked.", "%s：无法加锁。", folder);
    return status == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_code fail(const struct service *service, const char *what, const char *why)
{
    LOG(&service->log, failed, LOG_TEXT(what, slice_of(what)));
    COMPLAIN(service->command, "%s cannot be opened: %s.", "%s 无法打开：%s。", what, why);
    return EXIT_FAILED;
}

static enum exit_code open_volume(struct service *service, struct volume *volume, const char *name)
{
    char path[PATH_MAX];
    enum status status =
        volume_of_directory(volume, service_path(service, path, name).at, service->boot);
    return status == STATUS_OK ? EXIT_DONE : fail(service, path, status_meaning(status));
}

static enum exit_code open_volumes(struct service *service)
{
    enum exit_code code = open_volume(service, &service->keyring, "keys");
    if (code == EXIT_DONE)
        code = open_volume(service, &service->journal, "journal");
    return code == EXIT_DONE ? open_volume(service, &service->snapshots, "snapshot") : code;
}

static enum exit_code open_store(struct service *service)
{
    char bytes[WHY_BYTES_MAX] = "";
    struct text why = text_over(bytes, sizeof bytes);
    struct store_migration all[SERVICE_MIGRATIONS_MAX];
    size_t count = service_migrations(all);
    (void)service_path(service, service->store_path, "store.db");
    if (store_open(&service->store, service->store_path, all, count, service->boot, &why) !=
        STATUS_OK)
        return fail(service, service->store_path, bytes);
    if (audit_open(&service->audit, service->store, slice_of(service->origin),
                   &service->access_keys.seal.key, service->boot, &why) != STATUS_OK)
        return fail(service, "audit", bytes);
    audit_sign(service->audit, &service->access_keys.seal);
    struct access_options options = {
        .store = service->store,
        .store_path = service->store_path,
        .audit = service->audit,
        .keys = &service->access_keys,
        .chance = seal_chance_of_machine(),
        .clock = service->clock,
    };
    if (access_open(&service->access, &options, service->boot, &why) != STATUS_OK)
        return fail(service, "access", bytes);
    return EXIT_DONE;
}

static enum exit_code open_keys(struct service *service)
{
    char bytes[WHY_BYTES_MAX] = "";
    struct text why = text_over(bytes, sizeof bytes);
    enum status status = access_keys_open(&service->keyring, true, seal_chance_of_machine(),
                                          &service->access_keys, &why);
    if (status != STATUS_OK)
        return fail(service, "keys", bytes);
    text_origin(service->origin, sizeof service->origin, &service->access_keys.seal.key);
    return EXIT_DONE;
}

/* ---- rules and detection ---- */

static enum status folder_rules_name(struct service *service)
{
    const struct ruleset *ruleset = service->ruleset;
    struct rule_file *named = NULL;
    TRY(ARENA_NEW(service->boot, ruleset->paths.count + 1, &named));
    for (uint32_t i = 0; i < ruleset->paths.count; i++)
        named[i] = (struct rule_file){ruleset_name(ruleset->file[i].path), ruleset->file[i].source};
    service->folder_rules = named;
    return STATUS_OK;
}

static enum exit_code open_rules(struct service *service)
{
    const struct command *command = service->command;
    struct slice path = service->config.detect_rules;
    const struct rule_set *set;
    struct digest image;
    enum status status = inforce_first(service, &set, &image);
    if (status == STATUS_OK) {
        char first[DIGEST_HEX_SIZE];
        digest_hex(&image, first);
        LOG(&service->log, rules_loaded, LOG_TEXT(image, slice_of(first)));
        return EXIT_DONE;
    }
    if (status != STATUS_ABSENT)
        return fail(service, "rule book", status_meaning(status));
    if (ARENA_NEW(service->boot, 1, &service->ruleset) != STATUS_OK)
        return say_no_memory(command);
    enum exit_code code =
        path.size == 0 ? ruleset_read(service->ruleset, command, service->boot)
                       : ruleset_read_from(service->ruleset, command, path.at, service->boot);
    if (code == EXIT_DONE) {
        digest_hex(&service->ruleset->image, service->folder_image);
        LOG(&service->log, rules_loaded, LOG_TEXT(image, slice_of(service->folder_image)));
        if (folder_rules_name(service) != STATUS_OK)
            return say_no_memory(command);
    } else {
        LOG(&service->log, rules_wrong, LOG_WHOLE(count, service->ruleset->diags.errors_count));
    }
    return code;
}

static void live_failed(void *self, enum live_failure failure, enum status status)
{
    struct service *service = self;
    LOG(&service->log, failed, LOG_TEXT(what, slice_of(live_failure_says(failure, TONGUE_EN))),
        LOG_TEXT(status, slice_of(status_name(status))));
    _Exit(EXIT_FAILED); /* whoever comes next finds what was acknowledged */
}

static void tell_recovery(void *self, uint64_t done, uint64_t all)
{
    struct service *service = self;
    int64_t now = service->clock.ticks_ms(service->clock.self);
    if (now - service->second_ms < SECOND_MS)
        return;
    service->second_ms = now;
    LOG(&service->log, recovering, LOG_WHOLE(position, done), LOG_WHOLE(last, all));
    notify_manager("EXTEND_TIMEOUT_USEC=60000000\nSTATUS=recovering");
}

static enum exit_code damaged(const struct service *service, const struct journal_finding *found,
                              enum status status)
{
    const struct command *command = service->command;
    LOG(&service->log, damaged, LOG_TEXT(file, slice_of(found->file)),
        LOG_WHOLE(offset, found->offset), LOG_WHOLE(position, found->sequence));
    if (status != STATUS_MALFORMED)
        return fail(service, "journal", status_meaning(status));
    COMPLAIN(command,
             "%s/%s/%s is damaged at byte %lld (entry %llu): %s. Nothing was changed. "
             "`cutline journal verify` reads everything; `cutline restore` brings a backup back.",
             "%s/%s/%s 在第 %lld 字节处（条目 %llu）损坏：%s。未作任何更改。"
             "`cutline journal verify` 可检查全部内容；可用 `cutline restore` 恢复备份。",
             service->folder, strncmp(found->file, "snap", 4) == 0 ? "snapshot" : "journal",
             found->file, (long long)found->offset, (unsigned long long)found->sequence,
             finding_says(found->what, command->tongue));
    return EXIT_FAILED;
}

static struct live_options live_options_of(struct service *service)
{
    const struct config *config = &service->config;
    return (struct live_options){
        .journal = service->journal,
        .snapshots = service->snapshots,
        .segment_size_max = config->journal_segment,
        .commit_wait_us = (uint32_t)(config->ingest_commit_wait * 1000),
        .commit_bytes_max = (uint32_t)config->ingest_commit_bytes,
        .heartbeat_every_ms = HEARTBEAT_MS,
        .retention_ms = config->journal_retention,
        .snapshot_every_s = (uint32_t)(config->snapshot_interval / SECOND_MS),
        .queue_bytes_max = (size_t)config->ingest_queue,
        .clock = service->clock,
        .version = (uint64_t)service->first_version,
        .library = {inforce_recall, service},
        .pipeline =
            {
                .set = service->ruleset->set,
                .threads = (unsigned)config->detect_threads,
                .zone_minutes = config->home_zone,
                .memory_max = (size_t)config->detect_memory,
                .alerts = service->alerts,
            },
        .listener = {.reached = alerts_reached,
                     .kept = alerts_kept,
                     .needed = moneys_needed,
                     .records = works_hear,
                     .self = service},
        .failed = live_failed,
        .failed_self = service,
    };
}

static enum exit_code open_live(struct service *service)
{
    struct journal_finding found = {0};
    struct live_options options = live_options_of(service);
    enum status status =
        live_open(&service->live, &options, service->boot, tell_recovery, service, &found);
    if (status != STATUS_OK)
        return damaged(service, &found, status);
    if (found.torn_bytes != 0)
        LOG(&service->log, torn_tail, LOG_TEXT(file, slice_of(found.torn_file)),
            LOG_WHOLE(bytes, found.torn_bytes));
    struct journal_finding passed;
    struct live_counts counts;
    live_count(service->live, &counts);
    if (counts.rules_lost)
        LOG(&service->log, rules_lost, LOG_WHOLE(position, counts.snapshot_position));
    if (live_snapshot_damaged(service->live, &passed))
        LOG(&service->log, snapshot_damaged, LOG_TEXT(file, slice_of(passed.file)),
            LOG_WHOLE(offset, passed.offset), LOG_WHOLE(position, passed.sequence));
    LOG(&service->log, recovered, LOG_WHOLE(position, found.sequence));
    return EXIT_DONE;
}

static void trial_ended(void *self, const char *state, const char *image, uint64_t records,
                        int64_t ran_ms)
{
    struct service *service = self;
    LOG(&service->log, rules_tried, LOG_TEXT(what, slice_of(state)),
        LOG_TEXT(image, slice_of(image)), LOG_WHOLE(count, records),
        LOG_WHOLE(milliseconds, ran_ms));
}

/* Rules tried on history; it reads beside detection, and may have half of what that has. */
static enum exit_code open_hindsight(struct service *service)
{
    int64_t half = service->config.detect_memory / 2;
    const struct hindsight_options options = {
        .journal = service->journal,
        .snapshots = service->snapshots,
        .live = service->live,
        .bulletin = service->bulletin,
        .store_path = service->store_path,
        .clock = service->clock,
        .zone_minutes = service->config.home_zone,
        .memory_max = (size_t)(half < HINDSIGHT_MEMORY_MAX ? half : HINDSIGHT_MEMORY_MAX),
        .ended = trial_ended,
        .self = service,
    };
    enum status status = hindsight_open(&service->hindsight, &options, service->boot);
    return status == STATUS_OK ? EXIT_DONE : fail(service, "hindsight", status_meaning(status));
}

static enum exit_code open_money(struct service *service)
{
    enum status status = moneys_open(service);
    return status == STATUS_OK ? EXIT_DONE : fail(service, "money", status_meaning(status));
}

static enum exit_code open_works(struct service *service)
{
    char bytes[WHY_BYTES_MAX] = "";
    struct text why = text_over(bytes, sizeof bytes);
    enum status status = works_open(service, &why);
    if (status == STATUS_OK)
        return EXIT_DONE;
    return fail(service, "work", why.size > 0 ? bytes : status_meaning(status));
}

/* ---- deliveries, receipts, followed files ---- */

static enum status offer(void *self, struct offer *offered)
{
    struct service *service = self;
    if (atomic_load(&service->disk_low))
        return STATUS_IO;
    return live_offer(service->live, offered);
}

static bool would_take(void *self, size_t bytes)
{
    return live_would_take(((struct service *)self)->live, bytes);
}

static void tail_news(void *self, const struct tail_news *news)
{
    struct service *service = self;
    const struct log *log = &service->log;
    switch (news->event) {
    case TAIL_BEGAN:
        LOG(log, tail_began, LOG_TEXT(file, news->path), LOG_WHOLE(offset, news->offset));
        break;
    case TAIL_MOVED:
        LOG(log, tail_moved, LOG_TEXT(file, news->path), LOG_WHOLE(offset, news->offset));
        break;
    case TAIL_LOST:
        LOG(log, tail_lost, LOG_TEXT(file, news->path), LOG_WHOLE(offset, news->offset),
            LOG_TEXT(what, slice_of(news->what)));
        break;
    case TAIL_FAILED:
        LOG(log, tail_failed, LOG_TEXT(file, news->path), LOG_TEXT(what, slice_of(news->what)));
        break;
    case TAIL_REJECTS:
    default:
        LOG(log, tail_rejects, LOG_TEXT(file, news->path), LOG_WHOLE(count, news->count));
        break;
    }
}

/* The plans of followed files; a mapping or kind that does not exist is told with its place. */
static enum exit_code plan_tails(struct service *service)
{
    const struct config *config = &service->config;
    char bytes[TONGUES_COUNT][WHY_BYTES_MAX];
    for (unsigned i = 0; i < config->tails_count; i++) {
        const struct config_tail *tail = &config->tails[i];
        struct tail_plan *plan = &service->plans[i];
        struct text why[TONGUES_COUNT] = {text_over(bytes[0], WHY_BYTES_MAX),
                                          text_over(bytes[1], WHY_BYTES_MAX)};
        *plan = (struct tail_plan){.path = tail->path, .kind = tail->kind, .poll_ms = tail->poll};
        enum record_kind kind;
        struct mapping *mapping;
        if (tail->kind.size != 0 && !kind_find(tail->kind, &kind)) {
            COMPLAIN(service->command, "%s:%u:%u: there is no kind `%s`.",
                     "%s:%u:%u: 没有类别 `%s`。", config->path.at, tail->place.line,
                     tail->place.column, tail->kind.at);
            return EXIT_INPUT;
        }
        if (tail->format.size == 0)
            continue;
        if (mapping_read(&mapping, tail->format.at, service->boot, why) != STATUS_OK) {
            say_wrong("%s:%u:%u: %s", config->path.at, tail->place.line, tail->place.column,
                      bytes[service->command->tongue]);
            return EXIT_INPUT;
        }
        plan->mapping = mapping;
    }
    return EXIT_DONE;
}

static enum status open_receipts(struct service *service)
{
    const struct config *config = &service->config;
    struct deliveries_options deliveries = {
        .intake =
            {
                .home_country = config->home_country,
                .zone_minutes = config->home_zone,
                .home_currency = config->home_currency,
            },
        .count_max = (unsigned)config->ingest_requests,
        .body_size_max = (size_t)config->ingest_body,
        .bytes_max = (uint64_t)config->ingest_queue,
    };
    TRY(deliveries_create(&service->deliveries, &deliveries, service->boot));
    TRY(keys_create(&service->keys, (size_t)config->ingest_keys, config->ingest_keys_time,
                    service->boot));
    struct tails_options tails = {
        .plans = service->plans,
        .count = config->tails_count,
        .deliveries = service->deliveries,
        .clock = service->clock,
        .offer = offer,
        .acknowledged = figures_acknowledged,
        .news = tail_news,
        .self = service,
    };
    TRY(tails_create(&service->tails, &tails, service->boot));
    return receipts_recall(service);
}

/* ---- HTTP ---- */

static void http_log(void *self, struct slice line)
{
    const struct service *service = self;
    LOG(&service->log, http, LOG_TEXT(what, line));
}

static enum exit_code read_pem(const struct service *service, struct slice path, struct slice *out)
{
    enum disk_fault fault = DISK_FAILED;
    *out = SLICE("");
    if (path.size == 0 ||
        disk_read_all(path.at, KEY_BYTES_MAX, service->boot, out, &fault) == STATUS_OK)
        return EXIT_DONE;
    complain_fault(service->command, path.at, fault);
    return EXIT_INPUT;
}

static struct api_limits limits_of(const struct config *config)
{
    struct api_limits limits = {.address = {config->limits_address, config->limits_address_burst}};
#define RATE(name)                                                                \
    limits.identity[RATE_##name] =                                                \
        (struct api_limit){config->limits_##name, config->limits_##name##_burst}; \
    limits.organisation[RATE_##name] = (struct api_limit){                        \
        config->limits_##name##_organisation, config->limits_##name##_organisation_burst};
#include "api/rates.inc"
#undef RATE
    return limits;
}

/* Views lie under a key of their own, made of one that stays. */
static void open_views(struct service *service)
{
    struct digest key = secret_digest(&service->access_keys.totp, "saved views", SLICE(""));
    service->views =
        (struct view_keeper){.store = service->store, .chance = seal_chance_of_machine()};
    memcpy(service->views.key.bytes, key.bytes, SECRET_SIZE);
}

/* Goes on with what ran when the last one ended. */
static enum exit_code open_tasks(struct service *service)
{
    char bytes[WHY_BYTES_MAX] = "";
    struct text why = text_over(bytes, sizeof bytes);
    struct digest key = secret_digest(&service->access_keys.totp, "tasks", SLICE(""));
    struct task_options options = {.store = service->store,
                                   .store_path = service->store_path,
                                   .audit = service->audit,
                                   .access = service->access,
                                   .bulletin = service->bulletin,
                                   .chance = seal_chance_of_machine(),
                                   .clock = service->clock,
                                   .alone_max = (uint64_t)service->config.alerts_alone};
    memcpy(options.key.bytes, key.bytes, SECRET_SIZE);
    enum status status = task_desk_open(&service->task_desk, &options, service->boot, &why);
    if (status == STATUS_OK)
        return EXIT_DONE;
    return fail(service, "tasks", why.size > 0 ? bytes : status_meaning(status));
}

static struct api_rooms rooms_of(struct service *service)
{
    return (struct api_rooms){
        .access = service->access,
        .store = service->store,
        .store_path = service->store_path,
        .audit = service->audit,
        .audit_origin = slice_of(service->origin),
        .seal = &service->access_keys.seal,
        .live = service->live,
        .screen = service->screen,
        .presence = service->presence,
        .home_country = service->config.home_country,
        .home_currency = service->config.home_currency,
        .bulletin = service->bulletin,
        .hindsight = service->hindsight,
        .ladder = service->ladder,
        .folder_rules = service->folder_rules,
        .folder_rules_count = service->ruleset == NULL ? 0 : service->ruleset->paths.count,
        .folder_image = slice_of(service->folder_image),
        .outbox = service->outbox,
        .work = service->work,
        .standing = service->standing,
        .sanctions = service->sanction_desk,
        .flow = service->flow,
        .views = &service->views,
        .tasks = service->task_desk,
        .law = &service->law,
        .partners = service->partners,
        .tour = service->config.console_tour,
        .zone_minutes = service->config.home_zone,
        .papers = {works_paper, service},
        .reports = reporting_routes(service->reporting),
        .deliveries = service->deliveries,
        .keys = service->keys,
        .process = {offer, would_take, figures_acknowledged, readiness_write, figures_write,
                    pulse_write, service},
    };
}

static enum exit_code open_http(struct service *service)
{
    const struct config *config = &service->config;
    char bytes[WHY_BYTES_MAX] = "";
    struct text why = text_over(bytes, sizeof bytes);
    open_views(service);
    struct api_options options = {
        .http =
            {
                .address = config->listen_address.at,
                .port = (uint16_t)config->listen_port,
                .threads = (unsigned)config->listen_threads,
                .connections_max = (unsigned)config->listen_connections,
                .connections_per_peer_max = (unsigned)config->listen_connections_per_peer,
                .streams_max = STREAMS_MAX,
                .header_seconds_max = (unsigned)(config->listen_header_time / SECOND_MS),
                .body_bytes_per_second_min = (unsigned)config->listen_body_rate,
                .idle_seconds_max = (unsigned)(config->listen_idle_time / SECOND_MS),
                .header_bytes_max = 8 * 1024,
                .bodies_bytes_max = (size_t)config->ingest_queue + (32 << 20),
                .clock = service->clock,
                .log = http_log,
                .log_self = service,
            },
        .workers = WORKERS,
        .rooms = rooms_of(service),
        .limits = limits_of(config),
    };
    enum exit_code code = read_pem(service, config->listen_certificate, &options.http.certificate);
    if (code == EXIT_DONE)
        code = read_pem(service, config->listen_key, &options.http.key);
    if (code != EXIT_DONE)
        return code;
    if (api_open(&service->api, &options, service->boot, &why) != STATUS_OK)
        return fail(service, config->listen_address.at, bytes);
    return EXIT_DONE;
}

/* On standard output: where, and on the first start the code to begin with. */
static enum exit_code say_hello(struct service *service)
{
    char bytes[1024], secret[256];
    const struct config *config = &service->config;
    bool chinese = service->command->tongue == TONGUE_ZH;
    bool six = strchr(config->listen_address.at, ':') != NULL;
    struct text text = text_over(bytes, sizeof bytes);
    struct text code = text_over(secret, sizeof secret);
    uint16_t port = api_port(service->api);
    text_addf(&text, chinese ? "监听 %s://%s%s%s:%u\n" : "listening on %s://%s%s%s:%u\n",
              config->listen_certificate.size == 0 ? "http" : "https", six ? "[" : "",
              config->listen_address.at, six ? "]" : "", port);
    enum status status = access_first_code(service->access, &code);
    if (status == STATUS_OK) {
        text_addf(&text, chinese ? "注册码（一次性）%s\n" : "enrolment code (one use) %s\n",
                  secret);
        LOG(&service->log, enrolment, LOG_TEXT(folder, slice_of(service->folder)));
    } else if (status != STATUS_ABSENT) {
        return fail(service, "access", status_meaning(status));
    }
    if (!say_on_out(text_slice(&text)))
        return EXIT_FAILED;
    LOG(&service->log, listening, LOG_TEXT(address, config->listen_address), LOG_WHOLE(port, port));
    return EXIT_DONE;
}

/* ---- all of it ---- */

static enum exit_code open_ground(struct service *service)
{
    const struct command *command = service->command;
    struct arena *first;
    if (arena_create(&first, 64 << 20) != STATUS_OK)
        return say_no_memory(command);
    service->config_arena = first;
    enum exit_code code =
        config_of_command(&service->config, command, command_value(command, FLAG_config), first);
    if (code != EXIT_DONE)
        return code;
    size_t boot_max = (size_t)service->config.detect_memory + ((size_t)BOOT_MORE << 20);
    service->clock = clock_of_machine();
    service->log = (struct log){
        .level = (enum log_level)service->config.log_level,
        .clock = service->clock,
        .zone_minutes = service->config.home_zone,
        .take = log_to_stderr,
    };
    service->started_ms = service->clock.ticks_ms(service->clock.self);
    service->snapshot_ms = service->receipts_ms = service->started_ms;
    service->clock_stepped = MOMENT_NONE;
    if (arena_create(&service->boot, boot_max) != STATUS_OK ||
        ARENA_NEW(service->boot, service->config.tails_count + 1, &service->plans) != STATUS_OK ||
        presence_create(&service->presence, PRESENCE_LINES, service->boot) != STATUS_OK ||
        figures_create(service) != STATUS_OK ||
        pulse_create(&service->pulse, service->boot) != STATUS_OK)
        return say_no_memory(command);
    return plan_tails(service);
}

static enum exit_code open_reserve(struct service *service)
{
    char path[PATH_MAX];
    (void)service_path(service, path, "reserve");
    enum status status = folder_reserve(path, service->config.disk_reserve);
    if (status == STATUS_IO)
        return fail(service, path, status_meaning(status));
    return EXIT_DONE; /* FULL: readiness_judge will say so */
}

enum exit_code service_open(struct service *service, const struct command *command)
{
    service->command = command;
    enum exit_code code = open_ground(service);
    if (code == EXIT_DONE)
        code = open_folder(service);
    if (code != EXIT_DONE)
        return code;
    LOG(&service->log, starting, LOG_TEXT(version, SLICE(CUTLINE_VERSION)),
        LOG_TEXT(folder, slice_of(service->folder)));
    static enum exit_code (*const STEPS[])(struct service *) = {
        open_reserve, laws_open,    open_volumes, open_keys,      open_store,
        open_rules,   alerts_open,  open_live,    open_hindsight, open_money,
        screens_open, ladders_open, open_works,   letters_open,   works_start,
    };
    for (size_t i = 0; code == EXIT_DONE && i < sizeof STEPS / sizeof STEPS[0]; i++)
        code = STEPS[i](service);
    if (code != EXIT_DONE)
        return code;
    enum status status = open_receipts(service);
    if (status != STATUS_OK)
        return fail(service, "receipts", status_meaning(status));
    readiness_judge(service);
    inforce_started(service);
    code = open_tasks(service);
    if (code == EXIT_DONE)
        code = open_http(service);
    if (code == EXIT_DONE)
        code = say_hello(service);
    return code;
}

/* ---- keeping ---- */

static void keep_second(struct service *service, int64_t ticks)
{
    enum status status = api_keep(service->api);
    if (status == STATUS_OK)
        service->checkpoint = service->clock.now(service->clock.self);
    else
        LOG(&service->log, checkpoint_failed, LOG_TEXT(status, slice_of(status_name(status))));
    readiness_judge(service);
    pulse_turn(service);
    inforce_keep(service);
    retain_alerts(service, ticks);
    if (ticks - service->receipts_ms < RECEIPTS_EVERY_MS)
        return;
    service->receipts_ms = ticks;
    (void)receipts_write(service); /* what is not written down is read from the journal */
}

void service_keep(struct service *service)
{
    int64_t interval = notify_interval_ms();
    int64_t told_ms = 0;
    notify_manager("READY=1\nSTATUS=serving");
    service->second_ms = 0;
    while (!stop_asked()) {
        int64_t ticks = service->clock.ticks_ms(service->clock.self);
        tails_turn(service->tails);
        if (reload_asked())
            service_reload(service);
        if (ticks - service->second_ms >= SECOND_MS) {
            service->second_ms = ticks;
            keep_second(service, ticks);
        }
        if (interval != 0 && ticks - told_ms >= interval &&
            atomic_load(&service->check[CHECK_heartbeat])) {
            told_ms = ticks;
            notify_manager("WATCHDOG=1");
        }
        struct timespec pause = {0, TURN_MS * 1000000};
        (void)nanosleep(&pause, NULL); /* a signal ends it early */
    }
}

static void wait_for_tails(struct service *service)
{
    for (int i = 0; i < CLOSE_SECONDS * 1000 / TURN_MS && tails_wait(service->tails); i++) {
        struct timespec pause = {0, TURN_MS * 1000000};
        (void)nanosleep(&pause, NULL);
    }
}

enum exit_code service_close(struct service *service)
{
    enum status status = STATUS_OK;
    LOG(&service->log, stopping, LOG_TEXT(folder, slice_of(service->folder)));
    notify_manager("STOPPING=1");
    api_close(service->api, CLOSE_SECONDS);
    hindsight_close(service->hindsight);
    ladder_close(service->ladder);
    task_desk_close(service->task_desk);
    works_close(service);
    if (service->tails != NULL) {
        wait_for_tails(service);
        (void)receipts_write(service);
        tails_close(service->tails);
    }
    moneys_close(service);
    if (service->live != NULL)
        status = live_close(service->live);
    if (service->bulletin != NULL)
        bulletin_close(service->bulletin);
    letters_close(service);
    inforce_close(service);
    deliveries_destroy(service->deliveries);
    access_close(service->access);
    store_close(service->store);
    folder_unlock(&service->lock);
    LOG(&service->log, stopped, LOG_TEXT(status, slice_of(status_name(status))));
    return status == STATUS_OK ? EXIT_DONE : EXIT_FAILED;
}
