/* outlet.c -- whoever is sent alerts, each on a thread of its own and at its own pace.
 *
 *     number it came to (store) ─> next rows of the table ─> filter ─> sent ─> number (store)
 *
 * Invariants:  1. An alert is counted as sent after its receiver has it: a webhook after its 2xx, a
 *                 file after its sync.  So nothing is lost, and a webhook may hear one twice after
 *                 a crash; its id tells.
 *              2. Order is kept for each receiver: one that fails is waited for.
 *              3. The file is cut to what was noted before anything is appended; so a line is there
 *                 once, whatever was being written when the process ended. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "bulletin/bulletin_inside.h"

#include <time.h>

/* a letter may take seconds, and an open query keeps the store's log from being folded in */
enum { LETTERS_A_QUERY = 8 };
enum { OUTLET_ROWS = 64, OUTLET_IDLE_MS = 1000, OUTLET_SCRATCH = 8 << 20 };

/* ---- how far it came ---- */

static enum status newest_from_now(struct outlet *outlet)
{
    uint64_t newest = 0;
    TRY(bulletin_newest(outlet->reader, &newest));
    outlet->number = newest;
    return STATUS_OK;
}

static enum status outlet_recall(struct outlet *outlet)
{
    static const char FIND[] = "SELECT number, place FROM alert_outlet WHERE name = ?1";
    const struct store_value value = STORE_OF_TEXT(slice_of(outlet->name));
    struct store_value row[2];
    enum status status = store_one(outlet->reader, FIND, &value, 1, row, 2, outlet->scratch);
    if (status == STATUS_ABSENT) /* a new receiver hears what comes from now on */
        return outlet->webhook == NULL ? STATUS_OK : newest_from_now(outlet);
    TRY(status);
    outlet->number = (uint64_t)row[0].whole;
    outlet->offset = (uint64_t)row[1].whole;
    return STATUS_OK;
}

enum status outlet_note(struct outlet *outlet)
{
    static const char NOTE[] =
        "INSERT INTO alert_outlet (name, number, place) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO "
        "UPDATE SET number = ?2, place = ?3";
    struct store *store = outlet->bulletin->options.store;
    const struct store_value values[] = {STORE_OF_TEXT(slice_of(outlet->name)),
                                         STORE_OF_WHOLE((int64_t)outlet->number),
                                         STORE_OF_WHOLE((int64_t)outlet->offset)};
    TRY(store_begin(store));
    enum status status = store_run(store, NOTE, values, 3);
    if (status == STATUS_OK)
        return store_commit(store);
    store_rollback(store);
    return status;
}

/* ---- the file ---- */

enum status file_outlet_open(struct outlet *outlet)
{
    struct volume *volume = outlet->bulletin->options.file_volume;
    int64_t size = 0;
    TRY(volume->open(volume->self, outlet->bulletin->options.file_name, true, &outlet->file));
    outlet->file_open = true;
    TRY(volume->size(volume->self, outlet->file, &size));
    if ((uint64_t)size < outlet->offset) /* another file: somebody moved ours away */
        outlet->offset = (uint64_t)size;
    TRY(volume->cut(volume->self, outlet->file, (int64_t)outlet->offset));
    TRY(volume->sync(volume->self, outlet->file));
    return volume->sync_names(volume->self);
}

struct filing {
    struct outlet *outlet;
    uint64_t number, offset, rows;
};

static enum status file_line(void *self, const struct alert_row *row)
{
    struct filing *filing = self;
    struct volume *volume = filing->outlet->bulletin->options.file_volume;
    const struct slice parts[] = {row->masked, SLICE("\n")};
    filing->number = row->number;
    if (row->shadow)
        return STATUS_OK;
    for (unsigned i = 0; i < 2; i++) {
        TRY(volume->write(volume->self, filing->outlet->file, (int64_t)filing->offset, parts[i].at,
                          parts[i].size));
        filing->offset += parts[i].size;
    }
    filing->rows++;
    return STATUS_OK;
}

enum status file_outlet_step(struct outlet *outlet)
{
    struct volume *volume = outlet->bulletin->options.file_volume;
    struct filing filing = {outlet, outlet->number, outlet->offset, 0};
    const struct bulletin_query query = {.after = outlet->number, .count_max = OUTLET_ROWS};
    TRY(bulletin_look(outlet->reader, &query, outlet->scratch,
                      (struct bulletin_sink){file_line, &filing}));
    if (filing.number == outlet->number)
        return STATUS_END;
    if (filing.offset > outlet->offset)
        TRY(volume->sync(volume->self, outlet->file));
    outlet->number = filing.number;
    outlet->offset = filing.offset;
    TRY(outlet_note(outlet));
    atomic_fetch_add(&outlet->bulletin->filed, filing.rows);
    return STATUS_OK;
}

/* ---- webhooks ---- */

int64_t webhook_wait_ms(unsigned failures)
{
    int64_t wait = WEBHOOK_WAIT_MIN_MS;
    for (unsigned i = 1; i < failures && wait < WEBHOOK_WAIT_MAX_MS; i++)
        wait *= 2;
    return wait < WEBHOOK_WAIT_MAX_MS ? wait : WEBHOOK_WAIT_MAX_MS;
}

/* t=SECONDS,v1=HMAC-SHA-256 of "SECONDS.body" in hex */
static void signature_write(const struct outlet *outlet, struct slice body, struct text *out)
{
    const struct clock *clock = &outlet->bulletin->options.clock;
    char seconds[24];
    struct text text = text_over(seconds, sizeof seconds);
    text_add_whole(&text, clock->now(clock->self).ms / SECOND_MS);
    const struct slice parts[] = {text_slice(&text), SLICE("."), body};
    struct digest mac = hmac_sha256(outlet->webhook->secret, parts, 3);
    text_addf(out, "t=%s,v1=", seconds);
    text_add_hex(out, (struct slice){(const char *)mac.bytes, DIGEST_SIZE});
}

struct posting {
    struct outlet *outlet;
    struct text body;
    uint64_t number;
    bool failed;
};

static enum status post_row(void *self, const struct alert_row *row)
{
    struct posting *posting = self;
    struct outlet *outlet = posting->outlet;
    const struct courier *courier = &outlet->bulletin->options.courier;
    bool wanted = outlet->filter == NULL ? !row->shadow : filter_holds(outlet->filter, row);
    char signature[128], id[64];
    int answered = 0;
    if (wanted) {
        struct text signed_as = text_over(signature, sizeof signature);
        struct text named = text_over(id, sizeof id);
        posting->body = text_over(posting->body.at, posting->body.size_max + 1);
        text_add_alert_row(&posting->body, row);
        must(!posting->body.full);
        signature_write(outlet, text_slice(&posting->body), &signed_as);
        text_add(&named, row->id);
        const struct courier_letter letter = {outlet->webhook->url, signature, id,
                                              text_slice(&posting->body)};
        enum status status = courier->post(courier->self, &letter, &answered);
        if (status != STATUS_OK || answered < 200 || answered > 299) {
            posting->failed = true;
            return STATUS_FULL; /* ends the page */
        }
        atomic_fetch_add(&outlet->bulletin->posted, 1);
    }
    posting->number = row->number;
    return STATUS_OK;
}

enum status webhook_outlet_step(struct outlet *outlet)
{
    struct posting posting = {.outlet = outlet, .number = outlet->number};
    const struct bulletin_query query = {.after = outlet->number, .count_max = LETTERS_A_QUERY};
    char *bytes = NULL;
    TRY(arena_take(outlet->scratch, ALERT_BYTES_MAX + 1024, (void **)&bytes));
    posting.body = text_over(bytes, ALERT_BYTES_MAX + 1024);
    TRY(bulletin_look(outlet->reader, &query, outlet->scratch,
                      (struct bulletin_sink){post_row, &posting}));
    if (posting.number != outlet->number) {
        outlet->number = posting.number;
        TRY(outlet_note(outlet));
        outlet->failures = 0;
    }
    if (posting.failed) {
        outlet->failures++;
        atomic_fetch_add(&outlet->bulletin->post_failures, 1);
        return STATUS_REFUSED;
    }
    return posting.number == query.after ? STATUS_END : STATUS_OK;
}

/* ---- threads ---- */

/* Sleeps until it is worth looking again; false: the room closes. */
static bool outlet_rest(struct outlet *outlet, enum status status)
{
    struct bulletin *bulletin = outlet->bulletin;
    bulletin_lock(bulletin);
    if (status == STATUS_REFUSED) {
        int64_t until = webhook_wait_ms(outlet->failures);
        for (int64_t slept = 0; slept < until && !bulletin->closing; slept += 250) {
            bulletin_unlock(bulletin); /* alerts that come do not end this pause */
            const struct timespec pause = {.tv_nsec = 250000000};
            (void)nanosleep(&pause, NULL);
            bulletin_lock(bulletin);
        }
    } else if (status == STATUS_END && bulletin->newest <= outlet->number && !bulletin->closing) {
        bulletin_pause(bulletin, &bulletin->grown, OUTLET_IDLE_MS);
    }
    bool goes_on = !bulletin->closing && !bulletin->failed;
    bulletin_unlock(bulletin);
    return goes_on;
}

static void *outlet_run(void *self)
{
    struct outlet *outlet = self;
    struct bulletin *bulletin = outlet->bulletin;
    enum status status = STATUS_OK;
    do {
        arena_reset(outlet->scratch);
        status = outlet->webhook == NULL ? file_outlet_step(outlet) : webhook_outlet_step(outlet);
        if (status != STATUS_OK && status != STATUS_END && status != STATUS_REFUSED) {
            bulletin_lock(bulletin);
            bulletin->failed = true;
            bulletin->options.failed(bulletin->options.self, status);
            (void)pthread_cond_broadcast(&bulletin->emptied);
            bulletin_unlock(bulletin);
            break;
        }
    } while (outlet_rest(outlet, status));
    return NULL;
}

static void outlet_name(struct outlet *outlet)
{
    const struct slice parts[] = {outlet->webhook == NULL ? SLICE("file") : SLICE("webhook"),
                                  slice_of(outlet->webhook == NULL
                                               ? outlet->bulletin->options.file_name
                                               : outlet->webhook->url)};
    struct digest digest = digest_of(parts, 2);
    digest_hex(&digest, outlet->name);
}

static enum status outlet_filter(struct outlet *outlet, struct arena *boot, struct text *why)
{
    struct filter_complaint complaint;
    if (outlet->webhook == NULL || outlet->webhook->filter.size == 0)
        return STATUS_OK;
    enum status status =
        filter_read(outlet->webhook->filter, outlet->bulletin->options.zone_minutes, boot,
                    &outlet->filter, &complaint);
    if (status == STATUS_MALFORMED)
        text_addf(why, "the filter of webhook %s, column %u: %s", outlet->webhook->url,
                  complaint.column, filter_fault_says(complaint.fault, TONGUE_EN));
    return status;
}

static enum status outlet_start(struct bulletin *bulletin, const struct bulletin_webhook *webhook,
                                struct arena *boot, struct text *why)
{
    struct outlet *outlet = &bulletin->outlet[bulletin->outlets_count];
    *outlet = (struct outlet){.bulletin = bulletin, .webhook = webhook};
    outlet_name(outlet);
    TRY(outlet_filter(outlet, boot, why));
    TRY(store_open_reader(&outlet->reader, bulletin->options.store_path, boot, why));
    bulletin->outlets_count++; /* from here on outlets_stop() sees to it */
    TRY(arena_create(&outlet->scratch, OUTLET_SCRATCH));
    TRY(outlet_recall(outlet));
    if (webhook == NULL)
        TRY(file_outlet_open(outlet));
    TRY(outlet_note(outlet)); /* a new one begins here, also after a crash */
    outlet->runs = pthread_create(&outlet->thread, NULL, outlet_run, outlet) == 0;
    return outlet->runs ? STATUS_OK : STATUS_FULL;
}

enum status outlets_start(struct bulletin *bulletin, struct arena *boot, struct text *why)
{
    const struct bulletin_options *options = &bulletin->options;
    if (options->file_name != NULL)
        TRY(outlet_start(bulletin, NULL, boot, why));
    for (unsigned i = 0; i < options->webhooks_count; i++)
        TRY(outlet_start(bulletin, &options->webhook[i], boot, why));
    return STATUS_OK;
}

void outlets_stop(struct bulletin *bulletin)
{
    for (unsigned i = 0; i < bulletin->outlets_count; i++) {
        struct outlet *outlet = &bulletin->outlet[i];
        if (outlet->runs)
            (void)pthread_join(outlet->thread, NULL);
        if (outlet->file_open)
            bulletin->options.file_volume->close(bulletin->options.file_volume->self, outlet->file);
        store_close(outlet->reader);
        arena_destroy(outlet->scratch);
    }
}

unsigned bulletin_receivers(struct bulletin *bulletin,
                            struct bulletin_receiver out[WEBHOOKS_MAX + 1])
{
    for (unsigned i = 0; i < bulletin->outlets_count; i++) {
        const struct outlet *outlet = &bulletin->outlet[i];
        out[i] =
            (struct bulletin_receiver){.url = outlet->webhook == NULL ? NULL : outlet->webhook->url,
                                       .number = atomic_load(&outlet->number),
                                       .failures = atomic_load(&outlet->failures)};
    }
    return bulletin->outlets_count;
}
