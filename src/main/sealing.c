/* sealing.c -- the keys under which values of work, and traces of money, lie, one after another.
 *
 *     cutline keys rotate ─> keys/work.N ─> next start: seals with it, opens with all
 *         ─> a pass seals the rest anew ─> keys/work.alone, audit entry ─> a later start removes
 *            the older keys
 *
 * Before there was a key of its own, one was made of keys/totp; it opens what lies under it until
 * the first pass is over.  Traces have a key made of each of these; they came under the ring later,
 * so one that was made of keys/totp is always tried, too.
 *
 * Invariants:  1. At any moment every text is opened by a key that lies in keys/.
 *              2. Each step can be killed and is begun again: a key appears whole, a pass begins
 *                 anew and passes over what was done, the mark is written when nothing is left. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "sealing.h"

static const char WORK[] = "work";

static enum status entry(const struct service *service, const char *action, uint64_t count)
{
    char detail[64];
    struct text more = text_over(detail, sizeof detail);
    text_addf(&more, "{\"key\":\"work\",\"count\":%llu}", (unsigned long long)count);
    const struct audit_entry said = {
        .time = service->clock.now(service->clock.self),
        .actor = SLICE("cutline"),
        .organisation = SLICE("cutline"),
        .action = slice_of(action),
        .outcome = SLICE("done"),
        .detail = text_slice(&more),
    };
    TRY(store_begin(service->store));
    enum status status = audit_append(service->audit, &said, NULL);
    if (status == STATUS_OK)
        return store_commit(service->store);
    store_rollback(service->store);
    return status;
}

enum status sealing_open(struct sealing *sealing, struct service *service,
                         struct work_options *options, struct arena *scratch, struct text *why)
{
    struct access_ring *ring = &sealing->ring;
    TRY(access_ring_open(&service->keyring, WORK, scratch, ring, why));
    if (ring->alone && ring->count > 1) {
        TRY(entry(service, "keys.removed", ring->count - 1)); /* before: it is said, then done */
        TRY(access_ring_forget(&service->keyring, WORK, ring));
    }
    for (unsigned i = 0; i < ring->count; i++)
        options->seal[i] = ring->key[i];
    options->seals_count = ring->count;
    if (ring->count > 0 && !ring->alone)
        options->seal[options->seals_count++] = options->key; /* of before there were others */
    sealing->over = ring->count == 0 || ring->alone;
    return STATUS_OK;
}

unsigned sealing_derive(const struct sealing *sealing, const struct service *service,
                        const char *what, struct secret *out)
{
    for (unsigned i = 0; i <= sealing->ring.count; i++) {
        const struct secret *of =
            i < sealing->ring.count ? &sealing->ring.key[i] : &service->access_keys.totp;
        struct digest key = secret_digest(of, what, SLICE(""));
        memcpy(out[i].bytes, key.bytes, SECRET_SIZE);
        secret_wipe(&key, sizeof key);
    }
    return sealing->ring.count + 1;
}

static void failed(const struct service *service, enum status status)
{
    LOG(&service->log, failed, LOG_TEXT(what, SLICE("values of work are not sealed anew")),
        LOG_TEXT(status, slice_of(status_name(status))));
}

void sealing_turn(struct sealing *sealing, struct service *service, struct work *work,
                  struct arena *scratch)
{
    uint64_t done = 0;
    bool more = false;
    if (sealing->over)
        return;
    arena_reset(scratch);
    enum status status = work_reseal(work, scratch, &done, &more);
    sealing->done += done;
    if (status == STATUS_OK && !more) {
        status = flow_reseal(service->flow, scratch, &done, &more);
        sealing->done += done;
    }
    if (status == STATUS_OK && !more) {
        status = entry(service, "keys.resealed", sealing->done);
        if (status == STATUS_OK)
            status = access_ring_alone(&service->keyring, WORK, &sealing->ring);
        sealing->over = true;
        if (status == STATUS_OK)
            LOG(&service->log, resealed, LOG_WHOLE(count, sealing->done));
    }
    if (status == STATUS_OK)
        return;
    sealing->over = true; /* the next start begins anew; every key is still there */
    failed(service, status);
}
