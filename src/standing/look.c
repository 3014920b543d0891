/* look.c -- one person in an executor's copy: one bucket of it, and the deltas behind it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/checksum.h"
#include "standing/copy.h"

struct looking {
    const struct volume *volume;
    struct volume_file file;
    const struct offline_asking *asking;
    struct copy_mark *mark; /* of the last frame that is whole */
    struct copy_row *row;   /* of a bucket, or of a frame: 65,536 of all frames at most */
    struct arena *scratch;
    struct copy_row found[STANDING_FOUND_MAX];
    unsigned count;
};

static enum status read_all(const struct looking *looking, int64_t at, void *into, size_t size)
{
    size_t got = 0;
    TRY(looking->volume->read(looking->volume->self, looking->file, at, into, size, &got));
    return got == size ? STATUS_OK : STATUS_END;
}

/* A row replaces the one of its number. */
static void row_take(struct looking *looking, const struct copy_row *row)
{
    const struct offline_asking *asking = looking->asking;
    int64_t now_s = asking->now.ms / SECOND_MS;
    for (unsigned i = 0; i < looking->count; i++)
        if (looking->found[i].number == row->number)
            looking->found[i] = looking->found[--looking->count];
    bool runs = row->gone == 0 && row->from_s <= now_s && now_s < row->until_s;
    if (runs && memcmp(row->key.bytes, asking->key.bytes, STANDING_KEY_SIZE) == 0 &&
        looking->count < STANDING_FOUND_MAX)
        looking->found[looking->count++] = *row;
}

/* STATUS_MALFORMED: the bucket is not what it was. */
static enum status bucket_look(struct looking *looking, const struct copy_mark *woven)
{
    struct copy_bucket bucket[2];
    uint32_t at = copy_bucket_of(looking->asking->key, woven->buckets_bits);
    int64_t place = (int64_t)(sizeof *woven + at * sizeof bucket[0]);
    TRY(read_all(looking, place, bucket, sizeof bucket));
    if (bucket[1].first < bucket[0].first || bucket[1].first > woven->rows ||
        bucket[1].first - bucket[0].first > COPY_BUCKET_ROWS_MAX)
        return STATUS_MALFORMED;
    uint32_t count = bucket[1].first - bucket[0].first;
    TRY(ARENA_NEW(looking->scratch, count + 1, &looking->row));
    TRY(read_all(looking,
                 copy_rows_at(woven->buckets_bits) +
                     (int64_t)bucket[0].first * (int64_t)sizeof *looking->row,
                 looking->row, count * sizeof *looking->row));
    if (copy_bucket_sum(looking->row, bucket[0].first, count) != bucket[0].sum)
        return STATUS_MALFORMED;
    for (uint32_t i = 0; i < count; i++)
        row_take(looking, &looking->row[i]);
    return STATUS_OK;
}

/* Frames up to the last one that is whole; `mark` is of that one. */
static enum status frames_look(struct looking *looking, struct copy_mark *next, int64_t at)
{
    enum status status;
    while ((status = read_all(looking, at, next, sizeof *next)) == STATUS_OK) {
        size_t size = next->rows * sizeof *looking->row;
        if (!copy_mark_holds(next) || next->rows > COPY_FRAMES_ROWS_MAX)
            break; /* it is being written */
        TRY(ARENA_NEW(looking->scratch, next->rows + 1, &looking->row));
        status = read_all(looking, at + (int64_t)sizeof *next, looking->row, size);
        if (status != STATUS_OK)
            break;
        if (next->body !=
            hash_bytes((struct slice){size == 0 ? "" : (const char *)looking->row, size}))
            break;
        for (uint64_t i = 0; i < next->rows; i++)
            row_take(looking, &looking->row[i]);
        *looking->mark = *next;
        at += (int64_t)(sizeof *next + size);
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status look(struct looking *looking)
{
    struct copy_mark *next = NULL;
    TRY(ARENA_NEW(looking->scratch, 1, &looking->mark));
    TRY(ARENA_NEW(looking->scratch, 1, &next));
    enum status status = read_all(looking, 0, looking->mark, sizeof *looking->mark);
    if (status == STATUS_OK && copy_mark_holds(looking->mark)) {
        int64_t end = copy_rows_at(looking->mark->buckets_bits) +
                      (int64_t)(looking->mark->rows * sizeof *looking->row);
        status = bucket_look(looking, looking->mark);
        return status == STATUS_OK ? frames_look(looking, next, end) : status;
    }
    return status == STATUS_OK ? STATUS_MALFORMED : status;
}

static enum offline_fault judge(const struct looking *looking, const struct law *law,
                                struct standing_verdict *out)
{
    *out = (struct standing_verdict){.may = true, .exception = LAW_CODES_COUNT};
    for (unsigned i = 0; i < looking->count; i++) {
        const struct copy_row *row = &looking->found[i];
        const struct law_pack *pack = NULL;
        struct standing_verdict verdict;
        const struct standing_entry entry = {.key = row->key,
                                             .card = row->card,
                                             .from_s = row->from_s,
                                             .until_s = row->until_s,
                                             .number = row->number,
                                             .dropped = row->dropped,
                                             .criminal = row->criminal != 0,
                                             .suspended = row->suspended != 0};
        if (row->pack >= looking->mark->packs_count)
            return OFFLINE_FAULT_damaged;
        if (law_of_stamp(law, slice_of(looking->mark->pack[row->pack]), &pack) != STATUS_OK)
            return OFFLINE_FAULT_pack;
        standing_judge(pack, &entry, &looking->asking->question, &verdict);
        bool worse =
            verdict.stands && (!out->stands || verdict.may < out->may ||
                               (verdict.may == out->may && verdict.until_s > out->until_s));
        if (worse)
            *out = verdict;
    }
    return OFFLINE_FAULT_none;
}

static enum offline_fault answer_of(const struct looking *looking, const struct law *law,
                                    struct offline_answer *out)
{
    if (memcmp(looking->mark->under.bytes, looking->asking->under.bytes, STANDING_KEY_SIZE) != 0)
        return OFFLINE_FAULT_under;
    out->version = looking->mark->version;
    out->made = (moment){looking->mark->made_ms};
    return judge(looking, law, &out->verdict);
}

enum status offline_check(const struct volume *volume, const struct law *law,
                          const struct offline_asking *asking, struct arena *scratch,
                          struct offline_answer *out, enum offline_fault *fault)
{
    struct looking looking = {.volume = volume, .asking = asking, .scratch = scratch};
    *fault = OFFLINE_FAULT_none;
    enum status status = volume->open(volume->self, "copy", false, &looking.file);
    if (status == STATUS_ABSENT) {
        *fault = OFFLINE_FAULT_absent;
        return STATUS_REFUSED;
    }
    TRY(status);
    status = look(&looking);
    volume->close(volume->self, looking.file);
    if (status == STATUS_MALFORMED || status == STATUS_END)
        *fault = OFFLINE_FAULT_damaged;
    else if (status == STATUS_OK)
        *fault = answer_of(&looking, law, out);
    return *fault == OFFLINE_FAULT_none ? status : STATUS_REFUSED;
}

void text_add_offline_answer(struct text *text, const struct offline_answer *answer,
                             struct standing_key key, int32_t zone_minutes)
{
    text_add_string(text, "{\"answer\":");
    text_add_verdict(text, &answer->verdict, key, zone_minutes);
    text_addf(text, ",\"register\":%llu,\"made\":\"", (unsigned long long)answer->version);
    text_add_moment(text, answer->made, 0);
    text_add_string(text, "\",\"offline\":true}");
}
