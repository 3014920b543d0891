/* recalling.c -- requests for return carried to other banks, by a folder or by HTTP.
 *
 *     recall_due ─> FOLDER/out/ID.xml  or  POST url ─> recall_handed
 *     FOLDER/in/ANY.xml, or what comes back from the POST ─> recall_take ─> removed
 *                                             └─ not all of it used ─> FOLDER/refused/, and a line
 *                                                                      in the log
 *
 * A file of theirs must appear whole (written elsewhere, renamed); it is removed when what it says
 * is durable.  Without a folder and an address requests wait. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "recalling.h"

#include "courier/courier.h"

#include <pthread.h>
#include <time.h>

enum { TURN_MS = 500, SCRATCH_BYTES = 32 << 20, ANSWER_MAX = 1 << 20, FILE_MAX = 8 << 20 };
enum { PATIENCE_S = 15, NAMES_MAX = 4 << 20 };

struct recalling {
    struct service *service;
    struct recall_desk desk;
    struct arena *scratch, *names;
    struct courier_line line;
    pthread_t thread;
    _Atomic bool closing;
    bool running;
};

static bool url_holds(struct slice url)
{
    static const char *const BEGINS[] = {"https://", "http://127.0.0.1:", "http://localhost:"};
    bool fine = url.size == 0;
    for (size_t i = 0; i < sizeof BEGINS / sizeof BEGINS[0]; i++)
        fine = fine || slice_starts(url, slice_of(BEGINS[i]));
    return fine;
}

static bool folders_make(struct slice folder)
{
    static const char *const PARTS[] = {"", "/out", "/in", "/refused"};
    enum disk_fault fault;
    for (size_t i = 0; folder.size != 0 && i < sizeof PARTS / sizeof PARTS[0]; i++) {
        char path[PATH_MAX];
        struct text text = text_over(path, sizeof path);
        text_addf(&text, "%s%s", folder.at, PARTS[i]);
        if (text.full || folder_make(path, &fault) != STATUS_OK)
            return false;
    }
    return true;
}

enum status recalling_open(struct recalling **out, struct service *service, struct text *why)
{
    const struct config *config = &service->config;
    struct recalling *recalling;
    struct digest key = secret_digest(&service->access_keys.totp, "requests for return", SLICE(""));
    if (!url_holds(config->recall_url) || !folders_make(config->recall_folder)) {
        text_add_string(why, "recall: `url` begins with https:// (http:// to this machine only), "
                             "`folder` is a folder that we may write to");
        return STATUS_REFUSED;
    }
    TRY(ARENA_NEW(service->boot, 1, &recalling));
    TRY(arena_create(&recalling->scratch, SCRATCH_BYTES));
    TRY(arena_create(&recalling->names, NAMES_MAX));
    recalling->service = service;
    recalling->desk = (struct recall_desk){.store = service->store,
                                           .chance = seal_chance_of_machine(),
                                           .clock = service->clock,
                                           .from = config->recall_bank,
                                           .zone_minutes = config->home_zone};
    memcpy(recalling->desk.key.bytes, key.bytes, SECRET_SIZE);
    const struct law_pack *pack =
        law_find(&service->law, LAW_SUBJECT_practice, laws_today(service->clock, config));
    if (pack == NULL ||
        law_span_ms(pack, "recall.answer", &recalling->desk.answer_ms, NULL) != STATUS_OK)
        recalling->desk.answer_ms = 0;
    *out = recalling;
    return STATUS_OK;
}

struct work_plug recalling_plug(struct recalling *recalling)
{
    return recall_plug(&recalling->desk);
}

/* ---- in ---- */

/* Whether every answer in it was used, now or before. */
static enum status take(struct recalling *recalling, struct slice bytes, struct slice name,
                        bool *all)
{
    struct store *store = recalling->service->store;
    struct recall_taken taken;
    TRY(store_begin(store));
    enum status status = recall_take(&recalling->desk, bytes, recalling->scratch, &taken);
    bool xml = status != STATUS_MALFORMED;
    if (status == STATUS_OK || !xml) { /* answers before the fault stand */
        TRY(store_commit(store));
    } else {
        store_rollback(store);
        return status;
    }
    *all = xml && taken.unpaired + taken.wrong == 0 && taken.used + taken.again > 0;
    if (!*all)
        LOG(&recalling->service->log, recall_unused, LOG_TEXT(file, name),
            LOG_TEXT(what, slice_of(taken.why)));
    return STATUS_OK;
}

static enum status file_take(struct recalling *recalling, struct slice name)
{
    const struct slice folder = recalling->service->config.recall_folder;
    char path[PATH_MAX], aside[PATH_MAX];
    struct text from = text_over(path, sizeof path), to = text_over(aside, sizeof aside);
    struct slice bytes;
    enum disk_fault fault;
    bool all = false;
    text_addf(&from, "%s/in/%.*s", folder.at, (int)name.size, name.at);
    text_addf(&to, "%s/refused/%.*s", folder.at, (int)name.size, name.at);
    if (from.full || to.full)
        return STATUS_OK;
    arena_reset(recalling->scratch);
    if (disk_read_all(path, FILE_MAX, recalling->scratch, &bytes, &fault) == STATUS_OK)
        TRY(take(recalling, bytes, name, &all));
    return all ? folder_remove(path) : folder_rename(path, aside);
}

static enum status folder_turn(struct recalling *recalling)
{
    const struct slice folder = recalling->service->config.recall_folder;
    char path[PATH_MAX];
    struct text text = text_over(path, sizeof path);
    struct slice *names;
    size_t count;
    if (folder.size == 0)
        return STATUS_OK;
    text_addf(&text, "%s/in", folder.at);
    arena_reset(recalling->names);
    TRY(folder_list(path, recalling->names, &names, &count));
    for (size_t i = 0; i < count && !atomic_load(&recalling->closing); i++)
        if (names[i].size > 4 && memcmp(names[i].at + names[i].size - 4, ".xml", 4) == 0)
            TRY(file_take(recalling, names[i]));
    return STATUS_OK;
}

/* ---- out ---- */

static bool post(struct recalling *recalling, const struct recall_letter *letter,
                 struct text *answer)
{
    struct courier_errand errand = {.url = recalling->service->config.recall_url.at,
                                    .header = {"Content-Type: application/xml"},
                                    .post = true,
                                    .body = letter->xml,
                                    .answer = answer,
                                    .patience_s = PATIENCE_S};
    return courier_go(&recalling->line, &errand) == STATUS_OK && errand.http_status >= 200 &&
           errand.http_status < 300;
}

static bool drop(const struct recalling *recalling, const struct recall_letter *letter)
{
    char path[PATH_MAX];
    struct text text = text_over(path, sizeof path);
    text_addf(&text, "%s/out/%s.xml", recalling->service->config.recall_folder.at, letter->id);
    return !text.full && folder_put(path, letter->xml) == STATUS_OK;
}

static enum status due(struct recalling *recalling, struct recall_letter *out)
{
    struct store *store = recalling->service->store;
    TRY(store_begin(store));
    enum status status = recall_due(&recalling->desk, recalling->scratch, out);
    store_rollback(store);
    return status;
}

static enum status letter_turn(struct recalling *recalling, bool *more)
{
    const struct config *config = &recalling->service->config;
    struct store *store = recalling->service->store;
    struct recall_letter letter;
    char *bytes;
    bool all;
    *more = false;
    if (config->recall_folder.size == 0 && config->recall_url.size == 0)
        return STATUS_OK;
    arena_reset(recalling->scratch);
    enum status status = due(recalling, &letter);
    if (status != STATUS_OK)
        return status == STATUS_ABSENT ? STATUS_OK : status;
    TRY(arena_take(recalling->scratch, ANSWER_MAX, (void **)&bytes));
    struct text answer = text_over(bytes, ANSWER_MAX);
    bool taken =
        config->recall_url.size != 0 ? post(recalling, &letter, &answer) : drop(recalling, &letter);
    *more = taken;
    TRY(store_begin(store));
    status = recall_handed(&recalling->desk, &letter, taken);
    if (status == STATUS_OK)
        status = store_commit(store);
    else
        store_rollback(store);
    if (status == STATUS_OK && taken && answer.size != 0 && bytes[0] == '<')
        status = take(recalling, text_slice(&answer), slice_of(letter.id), &all);
    return status;
}

static void *run(void *self)
{
    struct recalling *recalling = self;
    while (!atomic_load(&recalling->closing)) {
        const struct timespec pause = {0, TURN_MS * 1000000};
        bool more = false;
        enum status status = letter_turn(recalling, &more);
        if (status == STATUS_OK)
            status = folder_turn(recalling);
        if (status != STATUS_OK)
            LOG(&recalling->service->log, letters_failed,
                LOG_TEXT(status, slice_of(status_name(status))));
        if (!more)
            (void)nanosleep(&pause, NULL);
    }
    return NULL;
}

enum status recalling_start(struct recalling *recalling, struct work *work)
{
    recalling->desk.work = work;
    if (pthread_create(&recalling->thread, NULL, run, recalling) != 0)
        return STATUS_FULL;
    recalling->running = true;
    return STATUS_OK;
}

void recalling_close(struct recalling *recalling)
{
    if (recalling == NULL)
        return;
    atomic_store(&recalling->closing, true);
    if (recalling->running)
        (void)pthread_join(recalling->thread, NULL);
    courier_hang_up(&recalling->line);
    arena_destroy(recalling->names);
    arena_destroy(recalling->scratch);
}
