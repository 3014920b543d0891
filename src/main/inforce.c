/* inforce.c -- which rules are in force: those of the book, else those of the folder.
 *
 *   start   the book's live version, or one approved as live while we were away, or else the folder
 *   then    once a second: a version was approved ─> compiled, brought up beside what is in force
 *           (live_rules) ─> in force ─> the book and the audit log say so, in one transaction
 *
 * A recovery also asks for rules by their image: those that were in force somewhere in the journal.
 * They are the book's, or the folder's if nobody has changed them.
 *
 * Invariants:  1. What comes into force was approved by somebody who did not write it, or lay in
 *                 the operator's folder when the book was empty.
 *              2. A version that does not compile any more, or finds no memory, is `failed` in the
 *                 book, and what was in force stays. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "service.h"

#include "live/entry.h"

enum { IMAGE_MEMORY = 512 << 20, LOOK_MEMORY = 16 << 20 };

/* A version on its way, or in force. */
struct inforce {
    struct service *service;
    struct inforce *next; /* of those that a recovery needed */
    struct arena *image;  /* its files and its rule set */
    const struct rule_set *set;
    int64_t number;
    enum live_role role;
    struct alert_sink alerts;
    _Atomic bool answered; /* by the thread that brought it up */
    enum status status;
    uint64_t position;
};

static void inforce_release(struct inforce *inforce)
{
    if (inforce != NULL)
        arena_destroy(inforce->image);
}

/* Compiles a version.  STATUS_MALFORMED: it does not compile (any more). */
static enum status inforce_make(struct service *service, int64_t number, enum live_role role,
                                struct inforce **out)
{
    struct arena *image;
    struct inforce *inforce;
    struct rule_file *files;
    struct diags *diags;
    struct digest digest;
    uint32_t count;
    TRY(arena_create(&image, IMAGE_MEMORY));
    enum status status = ARENA_NEW(image, 1, &inforce);
    if (status == STATUS_OK)
        status = ARENA_NEW(image, 1, &diags);
    if (status == STATUS_OK)
        status = rulebook_files(service->book, number, image, &files, &count);
    if (status == STATUS_OK)
        status = rules_check(files, count, image, diags, &inforce->set);
    if (status == STATUS_OK) {
        rules_digest(inforce->set, image, &digest);
        status = bulletin_source(service->bulletin, &digest, role == LIVE_SHADOW, image,
                                 &inforce->alerts);
    }
    if (status != STATUS_OK) {
        arena_destroy(image);
        return status;
    }
    inforce->service = service;
    inforce->image = image;
    inforce->number = number;
    inforce->role = role;
    *out = inforce;
    return STATUS_OK;
}

/* ---- what was in force once ---- */

/* The rules of the folder, if they are still those. */
static enum status of_folder(struct service *service, const struct digest *wanted,
                             struct inforce **out)
{
    struct arena *image;
    struct inforce *inforce;
    struct ruleset *ruleset;
    struct slice path = service->config.detect_rules;
    bool checked;
    TRY(arena_create(&image, IMAGE_MEMORY));
    enum status status = ARENA_NEW(image, 1, &inforce);
    if (status == STATUS_OK)
        status = ARENA_NEW(image, 1, &ruleset);
    if (status == STATUS_OK && path.size == 0 &&
        ruleset_find(ruleset, service->command, image) != EXIT_DONE)
        status = STATUS_ABSENT;
    if (status == STATUS_OK && path.size != 0 &&
        ruleset_find_at(ruleset, service->command, path.at, image) != EXIT_DONE)
        status = STATUS_ABSENT;
    if (status == STATUS_OK && (ruleset_check(ruleset, service->command, &checked) != EXIT_DONE ||
                                memcmp(&ruleset->image, wanted, sizeof *wanted) != 0))
        status = STATUS_ABSENT;
    if (status == STATUS_OK)
        status = bulletin_source(service->bulletin, wanted, false, image, &inforce->alerts);
    if (status != STATUS_OK) {
        arena_destroy(image);
        return status;
    }
    inforce->image = image;
    inforce->set = ruleset->set;
    *out = inforce;
    return STATUS_OK;
}

static enum status of_book(struct service *service, const struct digest *wanted,
                           struct inforce **out)
{
    char hex[DIGEST_HEX_SIZE];
    struct arena *scratch;
    struct rulebook_version version = {.number = 0};
    if (service->book == NULL)
        return STATUS_ABSENT;
    digest_hex(wanted, hex);
    TRY(arena_create(&scratch, LOOK_MEMORY));
    enum status status = rulebook_find_image(service->book, slice_of(hex), scratch, &version);
    arena_destroy(scratch);
    TRY(status);
    status = inforce_make(service, version.number, LIVE_NEXT, out);
    return status == STATUS_MALFORMED ? STATUS_ABSENT : status;
}

enum status inforce_recall(void *self, const struct digest *image, struct live_rules *out)
{
    struct service *service = self;
    struct inforce *inforce;
    enum status status = of_book(service, image, &inforce);
    if (status == STATUS_ABSENT)
        status = of_folder(service, image, &inforce);
    TRY(status);
    inforce->next = service->earlier;
    service->earlier = inforce;
    *out = (struct live_rules){.set = inforce->set, .alerts = inforce->alerts};
    return STATUS_OK;
}

/* ---- the book and the audit log ---- */

static enum status say(struct service *service, const struct inforce *inforce, bool effect,
                       moment now)
{
    char id[24], detail[128];
    struct text number = text_over(id, sizeof id);
    struct text more = text_over(detail, sizeof detail);
    text_add_whole(&number, inforce->number);
    text_addf(
        &more, "{\"role\":\"%s\",\"position\":%llu}",
        rulebook_role_name(inforce->role == LIVE_NEXT ? RULEBOOK_AS_LIVE : RULEBOOK_AS_SHADOW),
        (unsigned long long)inforce->position);
    const struct audit_entry entry = {
        .time = now,
        .actor = SLICE("cutline"),
        .organisation = SLICE("cutline"),
        .action = SLICE("rules.effect"),
        .object_kind = SLICE("rules"),
        .object_id = text_slice(&number),
        .outcome = effect ? SLICE("done") : SLICE("failed"),
        .detail = text_slice(&more),
    };
    if (effect)
        TRY(rulebook_took_effect(service->store, inforce->number, inforce->position, now));
    else
        TRY(rulebook_failed(service->store, inforce->number, now));
    return audit_append(service->audit, &entry, NULL);
}

/* STATUS_LATE: the book knows it already. */
static enum status write_down(struct service *service, const struct inforce *inforce, bool effect)
{
    moment now = service->clock.now(service->clock.self);
    TRY(store_begin(service->store));
    enum status status = say(service, inforce, effect, now);
    if (status == STATUS_OK)
        return store_commit(service->store);
    store_rollback(service->store);
    return status;
}

static void log_effect(const struct service *service, const struct inforce *inforce, bool effect)
{
    if (effect)
        LOG(&service->log, rules_effect, LOG_WHOLE(count, inforce->number),
            LOG_WHOLE(position, inforce->position));
    else
        LOG(&service->log, rules_failed, LOG_WHOLE(count, inforce->number),
            LOG_TEXT(status, slice_of(status_name(inforce->status))));
}

/* ---- at the start ---- */

/* The version to begin with.  STATUS_ABSENT: the book has none. */
static enum status first_version(struct service *service, struct arena *scratch,
                                 struct rulebook_version *out)
{
    enum status status = rulebook_find_state(service->book, RULEBOOK_approved, scratch, out);
    if (status == STATUS_OK && out->role == RULEBOOK_AS_LIVE)
        return STATUS_OK;
    if (status != STATUS_OK && status != STATUS_ABSENT)
        return status;
    return rulebook_find_state(service->book, RULEBOOK_live, scratch, out);
}

enum status inforce_first(struct service *service, const struct rule_set **set,
                          struct digest *image)
{
    char bytes[256];
    struct text why = text_over(bytes, sizeof bytes);
    struct arena *scratch;
    struct rulebook_version version;
    TRY(store_open_reader(&service->book, service->store_path, service->boot, &why));
    TRY(arena_create(&scratch, LOOK_MEMORY));
    enum status status = first_version(service, scratch, &version);
    int64_t number = version.number;
    arena_destroy(scratch);
    TRY(status);
    TRY(ARENA_NEW(service->boot, 1, &service->ruleset));
    struct rule_file *files;
    uint32_t count;
    struct ruleset *ruleset = service->ruleset;
    TRY(rulebook_files(service->book, number, service->boot, &files, &count));
    TRY(rules_check(files, count, service->boot, &ruleset->diags, &ruleset->set));
    rules_digest(ruleset->set, service->boot, &ruleset->image);
    service->first_version = number;
    *set = ruleset->set;
    *image = ruleset->image;
    return STATUS_OK;
}

/* A version approved while we were away is in force from the first new record on. */
void inforce_started(struct service *service)
{
    struct live_counts counts;
    struct inforce inforce = {.number = service->first_version, .role = LIVE_NEXT};
    if (inforce.number == 0)
        return;
    live_count(service->live, &counts);
    inforce.position = counts.next;
    if (write_down(service, &inforce, true) == STATUS_OK)
        log_effect(service, &inforce, true);
}

/* ---- while it runs ---- */

static void brought_up(void *self, enum status status, uint64_t position)
{
    struct inforce *inforce = self;
    inforce->status = status;
    inforce->position = position;
    atomic_store(&inforce->answered, true);
}

static void begin(struct service *service, int64_t number, enum live_role role)
{
    struct inforce *inforce = NULL;
    struct inforce failed = {.number = number, .role = role};
    enum status status = inforce_make(service, number, role, &inforce);
    if (status == STATUS_OK) {
        const struct live_rules rules = {
            .set = inforce->set,
            .alerts = inforce->alerts,
            .memory_max = (size_t)service->config.detect_memory,
            .version = (uint64_t)number,
            .done = brought_up,
            .self = inforce,
        };
        status = live_rules(service->live, role, &rules);
    }
    if (status == STATUS_OK) {
        service->coming[role] = inforce;
        return;
    }
    inforce_release(inforce);
    failed.status = status;
    (void)!(write_down(service, &failed, false) == STATUS_OK);
    log_effect(service, &failed, false);
}

/* What was brought up, or could not be. */
static void finish(struct service *service, enum live_role role)
{
    struct inforce *inforce = service->coming[role];
    bool effect = inforce->status == STATUS_OK;
    service->coming[role] = NULL;
    enum status status = write_down(service, inforce, effect);
    if (status != STATUS_OK && status != STATUS_LATE) /* the start makes up for it */
        LOG(&service->log, failed, LOG_TEXT(what, SLICE("rules")),
            LOG_TEXT(status, slice_of(status_name(status))));
    log_effect(service, inforce, effect);
    if (!effect) {
        inforce_release(inforce);
        return;
    }
    /* Of rules that were in force before, alerts may still be on their way to the bulletin. */
    bulletin_settle(service->bulletin);
    inforce_release(service->in_force[role]);
    service->in_force[role] = inforce;
}

/* Whether the shadow that runs is no longer the book's. */
static void end_shadow(struct service *service, struct arena *scratch)
{
    struct rulebook_version version;
    struct inforce *shadow = service->in_force[LIVE_SHADOW];
    if (shadow == NULL ||
        rulebook_find(service->book, shadow->number, scratch, &version) != STATUS_OK ||
        version.state == RULEBOOK_shadow)
        return;
    if (live_shadow_end(service->live) != STATUS_OK)
        return;
    bulletin_settle(service->bulletin);
    service->in_force[LIVE_SHADOW] = NULL;
    inforce_release(shadow);
}

/* The next one that waits to be brought up. */
static void begin_next(struct service *service, struct arena *scratch)
{
    struct rulebook_version version;
    if (rulebook_find_state(service->book, RULEBOOK_approved, scratch, &version) == STATUS_OK) {
        enum live_role role = version.role == RULEBOOK_AS_LIVE ? LIVE_NEXT : LIVE_SHADOW;
        if (role == LIVE_SHADOW && service->in_force[role] != NULL) {
            (void)!(live_shadow_end(service->live) == STATUS_OK); /* the new one in its place */
            bulletin_settle(service->bulletin);
            inforce_release(service->in_force[role]);
            service->in_force[role] = NULL;
        }
        begin(service, version.number, role);
        return;
    }
    /* A shadow of before the start runs again. */
    if (service->in_force[LIVE_SHADOW] == NULL &&
        rulebook_find_state(service->book, RULEBOOK_shadow, scratch, &version) == STATUS_OK)
        begin(service, version.number, LIVE_SHADOW);
}

void inforce_keep(struct service *service)
{
    struct arena *scratch;
    int64_t expired;
    for (unsigned role = 0; role < LIVE_ROLES_COUNT; role++)
        if (service->coming[role] != NULL && atomic_load(&service->coming[role]->answered))
            finish(service, (enum live_role)role);
    if (service->coming[LIVE_NEXT] != NULL || service->coming[LIVE_SHADOW] != NULL ||
        arena_create(&scratch, LOOK_MEMORY) != STATUS_OK)
        return;
    end_shadow(service, scratch);
    begin_next(service, scratch);
    arena_destroy(scratch);
    if (store_begin(service->store) != STATUS_OK)
        return;
    if (rulebook_expire(service->store, service->clock.now(service->clock.self), &expired) ==
            STATUS_OK &&
        expired > 0)
        (void)!(store_commit(service->store) == STATUS_OK);
    else
        store_rollback(service->store);
}

void inforce_close(struct service *service)
{
    for (unsigned role = 0; role < LIVE_ROLES_COUNT; role++) {
        inforce_release(service->coming[role]);
        inforce_release(service->in_force[role]);
    }
    while (service->earlier != NULL) {
        struct inforce *inforce = service->earlier;
        service->earlier = inforce->next;
        inforce_release(inforce);
    }
    if (service->book != NULL)
        store_close(service->book);
}
