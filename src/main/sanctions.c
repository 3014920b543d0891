/* sanctions.c -- the rooms of sanctions and of what stands, put together: what the one tells,
 * the other
 * keeps. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sanctions.h"

#include <assert.h>

enum { FORMS_EVERY_MS = 1000, SEAL_EVERY_MS = 1000, SEAL_AT_ROWS = 32768 };
static_assert((int)STANDING_ITEM_SIZE == (int)ACCESS_ID_SIZE, "ids fit");
static_assert((int)STANDING_ITEM_SIZE == (int)WORK_ID_SIZE, "ids fit");

struct sanctions {
    struct service *service;
    struct standing *standing;
    struct sanction_desk desk;
    struct measure_desk measures; /* of institutions themselves */
    int64_t forms_ms, sealed_ms;
    bool told; /* that following failed */
    char book_path[PATH_MAX];
};

/* ---- what sanctions tell the register ---- */

static enum status enter(void *self, const struct sanction_entry *entry, struct arena *request)
{
    const struct sanctions *sanctions = self;
    const struct standing_change change = {
        .item = slice_of(entry->item),
        .document = entry->document,
        .criminal = entry->category == LAW_CODE_criminal,
        .suspended = entry->suspended,
        .pack = entry->pack,
        .from = entry->from,
        .last = entry->last,
        .kept_card = entry->kept_card,
        .dropped = entry->dropped,
    };
    return standing_enter(sanctions->standing, &change, request);
}

static enum status leave(void *self, const char *item, struct arena *request)
{
    const struct sanctions *sanctions = self;
    return standing_leave(sanctions->standing, slice_of(item), request);
}

static enum status forget(void *self, const char *item, struct arena *request)
{
    const struct sanctions *sanctions = self;
    return standing_forget(sanctions->standing, slice_of(item), request);
}

static enum status match(void *self, struct slice document, char (*out)[ACCESS_ID_SIZE],
                         size_t *count)
{
    const struct sanctions *sanctions = self;
    return standing_customers_of(sanctions->standing, document, out, SANCTION_MATCHES_MAX, count);
}

/* ---- opening ---- */

static struct secret key_of(const struct service *service, const char *purpose)
{
    struct secret key;
    struct digest digest = secret_digest(&service->access_keys.totp, purpose, SLICE(""));
    memcpy(key.bytes, digest.bytes, SECRET_SIZE);
    return key;
}

enum status sanctions_open(struct sanctions **out, struct service *service, struct text *why)
{
    struct sanctions *sanctions = NULL;
    struct secret master = key_of(service, "standing");
    TRY(ARENA_NEW(service->boot, 1, &sanctions));
    (void)service_path(service, sanctions->book_path, "checks.book");
    sanctions->service = service;
    const struct standing_options options = {
        .store = service->store,
        .store_path = service->store_path,
        .book_path = sanctions->book_path,
        .law = &service->law,
        .join = standing_join_key(&master),
        .clock = service->clock,
        .zone_minutes = service->config.home_zone,
        .origin = slice_of(service->origin),
        .seal = &service->access_keys.seal,
    };
    TRY(standing_open(&sanctions->standing, &options, service->boot, why));
    sanctions->desk = (struct sanction_desk){
        .store = service->store,
        .key = key_of(service, "sanctions"),
        .chance = seal_chance_of_machine(),
        .law = &service->law,
        .clock = service->clock,
        .zone_minutes = service->config.home_zone,
        .tongue = service->config.contact_tongue == 0 ? TONGUE_ZH : TONGUE_EN,
        .sink = {enter, leave, forget, match, sanctions},
    };
    sanctions->measures = (struct measure_desk){.store = service->store,
                                                .law = &service->law,
                                                .clock = service->clock,
                                                .zone_minutes = service->config.home_zone};
    service->standing = sanctions->standing;
    service->sanction_desk = &sanctions->desk;
    *out = sanctions;
    return STATUS_OK;
}

unsigned sanctions_plugs(struct sanctions *sanctions, struct work_plug *out)
{
    sanction_plugs(&sanctions->desk, out);
    out[SANCTION_PLUGS] = measure_plug(&sanctions->measures);
    return SANCTION_PLUGS + 1;
}

void sanctions_start(struct sanctions *sanctions, struct work *work)
{
    sanctions->desk.work = sanctions->measures.work = work;
}

static void failed(struct sanctions *sanctions, const char *what, enum status status)
{
    if (!sanctions->told)
        LOG(&sanctions->service->log, failed, LOG_TEXT(what, slice_of(what)),
            LOG_TEXT(status, slice_of(status_name(status))));
    sanctions->told = true;
}

/* Checks that were answered since: one transaction, with its entries of the audit log. */
static enum status seal(struct sanctions *sanctions, struct arena *scratch)
{
    struct service *service = sanctions->service;
    uint64_t sealed = 0;
    arena_reset(scratch);
    TRY(store_begin(service->store));
    enum status status = standing_seal(sanctions->standing, service->audit, scratch, &sealed);
    if (status == STATUS_OK)
        status = store_commit(service->store);
    else
        store_rollback(service->store);
    if (status == STATUS_OK)
        standing_sealed(sanctions->standing, sealed);
    return status;
}

static enum status seal_turn(struct sanctions *sanctions, struct arena *scratch, int64_t ticks)
{
    uint64_t waiting = standing_unsealed(sanctions->standing);
    bool due = ticks - sanctions->sealed_ms >= SEAL_EVERY_MS || waiting >= SEAL_AT_ROWS;
    if (waiting == 0 || !due)
        return STATUS_OK;
    sanctions->sealed_ms = ticks;
    return seal(sanctions, scratch);
}

bool sanctions_turn(struct sanctions *sanctions, struct arena *scratch)
{
    bool more = false;
    int64_t ticks = sanctions->service->clock.ticks_ms(sanctions->service->clock.self);
    enum status status = standing_follow(sanctions->standing);
    if (status != STATUS_OK)
        failed(sanctions, "the register of sanctions", status);
    enum status sealed = seal_turn(sanctions, scratch, ticks);
    if (sealed != STATUS_OK)
        failed(sanctions, "the book of checks", sealed);
    if (ticks - sanctions->forms_ms < FORMS_EVERY_MS)
        return false;
    sanctions->forms_ms = ticks;
    arena_reset(scratch);
    enum status forms = sanction_forms_turn(&sanctions->desk, scratch, &more);
    if (forms != STATUS_OK)
        failed(sanctions, "forms of appeal", forms);
    if (status == STATUS_OK && forms == STATUS_OK && sealed == STATUS_OK)
        sanctions->told = false;
    return more;
}

enum status sanctions_law(struct sanctions *sanctions)
{
    return standing_law(sanctions->standing, &sanctions->service->law);
}

void sanctions_close(struct sanctions *sanctions, struct arena *scratch)
{
    if (sanctions == NULL)
        return;
    if (standing_unsealed(sanctions->standing) > 0 && seal(sanctions, scratch) != STATUS_OK)
        failed(sanctions, "the book of checks", STATUS_IO);
    standing_close(sanctions->standing);
}
