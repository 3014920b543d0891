/* law.c -- the packs of a folder, found by name, by subject and day, and by stamp.
 *
 * Invariants:  1. A draft is found by its name only.
 *              2. On a day a subject has one pack in force, the one that began last; two that begin
 *                 on the same day are refused. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "law/law.h"

#include "ground/folder.h"
#include "ground/limits.h"
#include "law/law_inside.h"
#include <limits.h>
#include <stdlib.h>

static const char ENDING[] = ".yaml";
static const char STAMP[] = " sha256:";

struct opening {
    struct law *law;
    struct law_pack *packs;
    struct arena *boot;
    struct text *why; /* [TONGUES_COUNT] */
};

/* About a file as a whole. */
static enum status complain_of_file(struct opening *opening, const char *path, struct saying saying,
                                    struct slice about)
{
    for (unsigned t = 0; t < TONGUES_COUNT; t++) {
        const char *said = saying.in[t];
        const char *hole = strchr(said, '%');
        size_t size = hole == NULL ? strlen(said) : (size_t)(hole - said);
        text_addf(&opening->why[t], "%s: ", path);
        text_add(&opening->why[t], (struct slice){said, size});
        if (hole != NULL) {
            text_add(&opening->why[t], about);
            text_add_string(&opening->why[t], hole + 1);
        }
    }
    return STATUS_MALFORMED;
}

/* That it goes together with those that were read before. */
static enum status pack_join(struct opening *opening, const struct law_pack *pack)
{
    struct law *law = opening->law;
    for (uint32_t i = 0; i < law->packs_count; i++) {
        const struct law_pack *other = &opening->packs[i];
        if (slice_equal(other->name, pack->name))
            return complain_of_file(opening, pack->path.at,
                                    law_complaint_saying(LAW_COMPLAINT_name_twice), pack->name);
        bool both = !other->draft && !pack->draft && other->subject == pack->subject;
        if (both && other->from.days == pack->from.days)
            return complain_of_file(opening, pack->path.at,
                                    law_complaint_saying(LAW_COMPLAINT_from_twice), pack->name);
    }
    if (law->packs_count == LAW_PACKS_MAX)
        return complain_of_file(opening, pack->path.at, law_complaint_saying(LAW_COMPLAINT_many),
                                pack->name);
    opening->packs[law->packs_count++] = *pack;
    return STATUS_OK;
}

static enum status text_join(struct opening *opening, const char *path, struct slice text)
{
    struct law_pack pack;
    struct law_calendar days;
    bool calendar;
    TRY(law_read(path, text, opening->boot, &pack, &days, &calendar, opening->why));
    if (!calendar)
        return pack_join(opening, &pack);
    if (opening->law->calendar.years_count > 0)
        return complain_of_file(opening, path, law_complaint_saying(LAW_COMPLAINT_calendar_twice),
                                SLICE(""));
    opening->law->calendar = days;
    return STATUS_OK;
}

static enum status file_join(struct opening *opening, const char *path)
{
    struct slice text;
    enum disk_fault fault;
    enum status status = disk_read_all(path, LAW_FILE_BYTES_MAX, opening->boot, &text, &fault);
    if (status == STATUS_OK)
        return text_join(opening, path, text);
    (void)!complain_of_file(
        opening, path,
        status == STATUS_FULL ? SAYING("is too large, or there is no memory", "文件过大或内存不足")
                              : SAYING("cannot be read", "无法读取"),
        SLICE(""));
    return status;
}

static int by_name(const void *a, const void *b)
{
    return slice_compare(((const struct law_pack *)a)->name, ((const struct law_pack *)b)->name);
}

static bool ends_well(struct slice name)
{
    size_t size = sizeof ENDING - 1;
    return name.size > size && name.at[0] != '.' &&
           memcmp(name.at + name.size - size, ENDING, size) == 0;
}

enum status law_open(struct law *out, const char *folder, struct arena *boot,
                     struct text why[TONGUES_COUNT])
{
    struct law law = {.packs_count = 0};
    struct opening opening = {.law = &law, .boot = boot, .why = why};
    struct slice *names;
    size_t count;
    enum status status = folder_list(folder, boot, &names, &count);
    if (status != STATUS_OK) {
        (void)!complain_of_file(&opening, folder,
                                SAYING("is no folder that can be read", "不是可读取的目录"),
                                SLICE(""));
        return status;
    }
    TRY(ARENA_NEW(boot, LAW_PACKS_MAX, &opening.packs));
    for (size_t i = 0; i < count; i++) {
        char path[PATH_MAX];
        struct text joined = text_over(path, sizeof path);
        text_addf(&joined, "%s/%s", folder, names[i].at);
        if (joined.full)
            return STATUS_FULL;
        if (ends_well(names[i]))
            TRY(file_join(&opening, path));
    }
    qsort(opening.packs, law.packs_count, sizeof *opening.packs, by_name);
    law.packs = opening.packs;
    *out = law;
    return STATUS_OK;
}

enum status law_open_shipped(struct law *out, struct arena *boot, struct text why[TONGUES_COUNT])
{
    struct law law = {.packs_count = 0};
    struct opening opening = {.law = &law, .boot = boot, .why = why};
    TRY(ARENA_NEW(boot, LAW_PACKS_MAX, &opening.packs));
    for (uint32_t i = 0; i < law_shipped_count(); i++)
        TRY(text_join(&opening, law_shipped(i).path, law_shipped(i).text));
    qsort(opening.packs, law.packs_count, sizeof *opening.packs, by_name);
    law.packs = opening.packs;
    *out = law;
    return STATUS_OK;
}

const struct law_pack *law_find(const struct law *law, enum law_subject subject, law_date on)
{
    const struct law_pack *best = NULL;
    for (uint32_t i = 0; i < law->packs_count; i++) {
        const struct law_pack *pack = &law->packs[i];
        bool ended = pack->until.days != LAW_DATE_NONE.days && pack->until.days < on.days;
        if (pack->subject != subject || pack->draft || pack->from.days > on.days || ended)
            continue;
        if (best == NULL || pack->from.days > best->from.days)
            best = pack;
    }
    return best;
}

const struct law_pack *law_named(const struct law *law, struct slice name)
{
    for (uint32_t i = 0; i < law->packs_count; i++)
        if (slice_equal(law->packs[i].name, name))
            return &law->packs[i];
    return NULL;
}

void text_add_law_stamp(struct text *text, const struct law_pack *pack)
{
    char hex[DIGEST_HEX_SIZE];
    digest_hex(&pack->hash, hex);
    text_add(text, pack->name);
    text_add_string(text, STAMP);
    text_add_string(text, hex);
}

enum status law_of_stamp(const struct law *law, struct slice stamp, const struct law_pack **out)
{
    char own[LAW_STAMP_MAX];
    size_t tail = sizeof STAMP - 1 + DIGEST_HEX_SIZE - 1;
    if (stamp.size <= tail || stamp.size >= LAW_STAMP_MAX)
        return STATUS_MALFORMED;
    struct slice name = {stamp.at, stamp.size - tail};
    if (memcmp(stamp.at + name.size, STAMP, sizeof STAMP - 1) != 0)
        return STATUS_MALFORMED;
    const struct law_pack *pack = law_named(law, name);
    if (pack == NULL)
        return STATUS_ABSENT;
    struct text text = text_over(own, sizeof own);
    text_add_law_stamp(&text, pack);
    if (!slice_equal(text_slice(&text), stamp))
        return STATUS_REFUSED;
    *out = pack;
    return STATUS_OK;
}

int64_t law_keeps(const struct law *law, const char *name, moment ended, moment now,
                  int32_t zone_minutes)
{
    const struct law_pack *pack =
        law_find(law, LAW_SUBJECT_practice, law_date_of_moment(now, zone_minutes));
    moment from = ended.ms == MOMENT_NONE.ms ? now : ended, end;
    law_date unknown;
    if (pack == NULL ||
        law_deadline(law, pack, name, from, zone_minutes, &end, &unknown) != STATUS_OK)
        return -1;
    return end.ms - from.ms;
}
