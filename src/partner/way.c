/* way.c -- how letters travel: posted over HTTP, or laid into folders.
 *
 *     http     POST URL, application/json, the envelope; what comes back may be an envelope
 *     folder   FOLDER/out/ID.letter     ours, appear whole; whoever takes one removes it
 *              FOLDER/in/ANY.letter     theirs, must appear whole (written elsewhere, renamed)
 *              FOLDER/refused/          theirs that were not believed, for a person to look at
 *
 * Invariants:  1. Neither an address nor a file's name has anything of a letter but its id.
 *              2. A file of theirs is removed after what it said is durable.
 *              3. What the network answers decides nothing but whether to come again: an answer is
 *                 believed for its signature. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "courier/courier.h"
#include "ground/folder.h"
#include "partner/outbox.h"

#include <limits.h>

enum { PATIENCE_S = 15, NAMES_BYTES_MAX = 4 << 20 };

struct http_way {
    const char *url;
    struct courier_line line;
};

struct folder_way {
    char out[PATH_MAX], in[PATH_MAX], refused[PATH_MAX];
    struct arena *arena; /* of the names */
    struct slice *names;
    size_t at, count;
};

/* ---- HTTP ---- */

static enum status http_hand(void *self, const struct letter_id *id, struct slice envelope,
                             struct text *answer)
{
    struct http_way *way = self;
    struct courier_errand errand = {.url = way->url,
                                    .header = {"Content-Type: application/json"},
                                    .post = true,
                                    .body = envelope,
                                    .answer = answer,
                                    .patience_s = PATIENCE_S};
    (void)id; /* the letter says it */
    TRY(courier_go(&way->line, &errand));
    if (errand.http_status >= 200 && errand.http_status < 300)
        return STATUS_OK;
    if (errand.http_status == 408 || errand.http_status == 429 || errand.http_status >= 500)
        return STATUS_LATE;
    return STATUS_REFUSED;
}

static enum status http_make(const struct partner *partner, struct arena *boot,
                             struct outbox_way *out)
{
    struct http_way *way = NULL;
    TRY(ARENA_NEW(boot, 1, &way));
    way->url = partner->url.at;
    *out = (struct outbox_way){.hand = http_hand, .self = way};
    return STATUS_OK;
}

/* ---- folders ---- */

static enum status path_of(char out[PATH_MAX], const char *folder, struct slice name,
                           const char *end)
{
    struct text path = text_over(out, PATH_MAX);
    text_addf(&path, "%s/%.*s%s", folder, (int)name.size, name.at, end);
    return path.full ? STATUS_IO : STATUS_OK;
}

static enum status folder_hand(void *self, const struct letter_id *id, struct slice envelope,
                               struct text *answer)
{
    struct folder_way *way = self;
    char path[PATH_MAX];
    (void)answer;
    TRY(path_of(path, way->out, slice_of(id->hex), ".letter"));
    return folder_put(path, envelope);
}

static bool is_letter(struct slice name)
{
    static const char END[] = ".letter";
    size_t end = sizeof END - 1;
    return name.size > end && name.at[0] != '.' && memcmp(name.at + name.size - end, END, end) == 0;
}

/* The next name in the folder; looks again when all were seen.  STATUS_END: none. */
static enum status name_next(struct folder_way *way, struct slice *out)
{
    if (way->at == way->count) {
        arena_reset(way->arena);
        way->at = way->count = 0;
        TRY(folder_list(way->in, way->arena, &way->names, &way->count));
    }
    while (way->at < way->count && !is_letter(way->names[way->at]))
        way->at++;
    if (way->at == way->count)
        return STATUS_END;
    *out = way->names[way->at];
    return STATUS_OK;
}

static enum status folder_fetch(void *self, struct arena *request, struct slice *envelope)
{
    struct folder_way *way = self;
    for (;;) {
        char path[PATH_MAX];
        enum disk_fault fault = DISK_FINE;
        struct slice name;
        TRY(name_next(way, &name));
        TRY(path_of(path, way->in, name, ""));
        enum status status = disk_read_all(path, LETTER_ENVELOPE_MAX, request, envelope, &fault);
        if (status == STATUS_FULL)
            return STATUS_MALFORMED;
        if (status != STATUS_IO || fault != DISK_MISSING)
            return status;
        way->at++; /* its owner took it back */
    }
}

static enum status folder_taken(void *self, bool refused)
{
    struct folder_way *way = self;
    char from[PATH_MAX], to[PATH_MAX];
    must(way->at < way->count);
    TRY(path_of(from, way->in, way->names[way->at], ""));
    TRY(path_of(to, way->refused, way->names[way->at], ""));
    TRY(refused ? folder_rename(from, to) : folder_remove(from));
    way->at++;
    return STATUS_OK;
}

static enum status below_make(char out[PATH_MAX], const struct partner *partner, const char *name,
                              struct text *why)
{
    enum disk_fault fault = DISK_FINE;
    enum status status = path_of(out, partner->folder.at, slice_of(name), "");
    if (status == STATUS_OK)
        status = folder_make(out, &fault);
    if (status != STATUS_OK)
        text_addf(why, "%s/%s cannot be made", partner->folder.at, name);
    return status;
}

static enum status folder_way_make(const struct partner *partner, struct arena *boot,
                                   struct outbox_way *out, struct text *why)
{
    struct folder_way *way = NULL;
    TRY(ARENA_NEW(boot, 1, &way));
    TRY(below_make(way->out, partner, "", why));
    TRY(below_make(way->out, partner, "out", why));
    TRY(below_make(way->in, partner, "in", why));
    TRY(below_make(way->refused, partner, "refused", why));
    TRY(arena_create(&way->arena, NAMES_BYTES_MAX));
    *out = (struct outbox_way){folder_hand, folder_fetch, folder_taken, way};
    return STATUS_OK;
}

/* ---- all of them ---- */

enum status outbox_ways_of_machine(const struct partner_list *list, struct arena *boot,
                                   struct outbox_way **out, struct text *why)
{
    struct outbox_way *ways = NULL;
    unsigned count = partner_list_count(list);
    enum status status = STATUS_OK;
    TRY(ARENA_NEW(boot, count + 1, &ways));
    for (unsigned i = 0; i < count && status == STATUS_OK; i++) {
        const struct partner *partner = partner_at(list, i);
        if (partner->way == PARTNER_WAY_HTTP)
            status = http_make(partner, boot, &ways[i]);
        else if (partner->way == PARTNER_WAY_FOLDER)
            status = folder_way_make(partner, boot, &ways[i], why);
    }
    if (status != STATUS_OK) {
        outbox_ways_release(list, ways);
        return status;
    }
    *out = ways;
    return STATUS_OK;
}

void outbox_ways_release(const struct partner_list *list, struct outbox_way *ways)
{
    for (unsigned i = 0; i < partner_list_count(list); i++) {
        if (ways[i].hand == http_hand)
            courier_hang_up(&((struct http_way *)ways[i].self)->line);
        else if (ways[i].hand == folder_hand)
            arena_destroy(((struct folder_way *)ways[i].self)->arena);
        ways[i] = (struct outbox_way){0};
    }
}
