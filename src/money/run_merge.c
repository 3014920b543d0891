/* run_merge.c -- neighbouring runs become one, which holds what they held.
 *
 *   entries    account by account, each account's entries of all of them in one order
 *   accounts, names, spellings, ids    sorted in each, sorted in the new one
 *
 * Each section is read once from its beginning, accounts three times: with the entries, as their
 * own section, and to know whose letters are still needed; names twice, for the last of these.
 * Payments before `from` are left out, so that retention does not wait for the youngest payment of
 * a file.  What is out of order is damage.
 *
 * Not chosen:  to merge into the older file in place.  A run never changes; whoever reads it reads
 * on. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/run_page_inside.h"

static const char TEMPORARY[] = "merging.new";

struct merging {
    struct run_file file;
    struct run *const *runs;
    uint32_t count;
    moment from;
    const _Atomic bool *stop;
    struct run_cursor *accounts, *others; /* one each for each run */
    uint32_t *kept;                       /* entries of each account, in their order */
    uint64_t number;                      /* of accounts that were come by */
};

static void begin(struct merging *merging, struct run_cursor *cursors, enum run_section section)
{
    for (uint32_t i = 0; i < merging->count; i++)
        run_cursor_init(&cursors[i], merging->runs[i], section);
    if (cursors == merging->accounts)
        merging->number = 0;
}

/* The least first word ahead of any.  STATUS_END. */
static enum status least(const struct merging *merging, struct run_cursor *cursors, uint64_t *out)
{
    bool any = false;
    for (uint32_t i = 0; i < merging->count; i++) {
        enum status status = run_cursor_peek(&cursors[i]);
        if (status == STATUS_END)
            continue;
        TRY(status);
        if (!any || cursors[i].word[0] < *out)
            *out = cursors[i].word[0];
        any = true;
    }
    return any ? STATUS_OK : STATUS_END;
}

/* Goes on behind a record; its section is in order, or damaged. */
static enum status step(struct run_cursor *cursor, bool twice)
{
    uint64_t before = cursor->word[0];
    cursor->ready = false;
    enum status status = run_cursor_peek(cursor);
    if (status == STATUS_END)
        return STATUS_OK;
    TRY(status);
    bool ordered = twice ? cursor->word[0] >= before : cursor->word[0] > before;
    return ordered ? STATUS_OK : STATUS_MALFORMED;
}

/* The next account of any: `word` as it would stand, with what each run has of it in `left`. */
static enum status next_account(struct merging *merging, uint64_t *word, uint64_t *left)
{
    uint64_t name = 0;
    TRY(least(merging, merging->accounts, &name));
    memset(word, 0, RUN_ACCOUNT);
    word[0] = name;
    for (uint32_t i = 0; i < merging->count; i++) {
        struct run_cursor *cursor = &merging->accounts[i];
        left[i] = 0;
        if (!cursor->ready || cursor->word[0] != name)
            continue;
        left[i] = cursor->word[2] & ~ACCOUNT_TELLS;
        word[2] |= cursor->word[2] & ACCOUNT_TELLS;
        if (cursor->word[3] != 0) /* as it was told last */
            word[3] = cursor->word[3];
        TRY(step(cursor, false));
    }
    merging->number++;
    bool stopped = merging->stop != NULL && atomic_load(merging->stop);
    return stopped ? STATUS_STOPPED : STATUS_OK;
}

/* ---- entries ---- */

static struct payment_key key_of(const struct run_cursor *cursor)
{
    return (struct payment_key){(int64_t)cursor->word[0], cursor->word[1]};
}

/* The run whose entry comes next, among those that have some left.  STATUS_END. */
static enum status next_entry(struct merging *merging, const uint64_t *left, uint32_t *out)
{
    bool any = false;
    for (uint32_t i = 0; i < merging->count; i++) {
        if (left[i] == 0)
            continue;
        enum status status = run_cursor_peek(&merging->others[i]);
        TRY(status == STATUS_END ? STATUS_MALFORMED : status);
        if (any &&
            payment_key_compare(key_of(&merging->others[i]), key_of(&merging->others[*out])) >= 0)
            continue;
        *out = i;
        any = true;
    }
    return any ? STATUS_OK : STATUS_END;
}

static bool is_old(const struct merging *merging, int64_t ms)
{
    return merging->from.ms != MOMENT_NONE.ms && ms < merging->from.ms;
}

static void note_key(struct run_head *head, struct payment_key key, bool reverses)
{
    if (payment_key_compare(key, head->first) < 0)
        head->first = key;
    if (payment_key_compare(key, head->last) > 0)
        head->last = key;
    head->reversals += reverses;
}

static enum status put_account_entries(struct merging *merging, uint64_t *left)
{
    struct payment_key before = PAYMENT_KEY_FIRST;
    uint64_t kept = 0;
    uint32_t from = 0;
    enum status status;
    while ((status = next_entry(merging, left, &from)) == STATUS_OK) {
        struct run_cursor *cursor = &merging->others[from];
        struct payment_key key = key_of(cursor);
        if (payment_key_compare(key, before) <= 0)
            return STATUS_MALFORMED;
        before = key;
        if (!is_old(merging, key.ms)) {
            TRY(run_file_put(&merging->file, SECTION_ENTRIES, cursor->word));
            note_key(&merging->file.head, key, cursor->word[3] != 0);
            kept++;
        }
        cursor->ready = false;
        left[from]--;
    }
    if (status != STATUS_END)
        return status;
    if (kept > UINT32_MAX)
        return STATUS_FULL;
    merging->kept[merging->number - 1] = (uint32_t)kept;
    return STATUS_OK;
}

static enum status put_entries(struct merging *merging)
{
    uint64_t word[RUN_WORDS_MAX], left[MONEY_MERGE_MAX];
    enum status status;
    begin(merging, merging->accounts, SECTION_ACCOUNTS);
    begin(merging, merging->others, SECTION_ENTRIES);
    while ((status = next_account(merging, word, left)) == STATUS_OK)
        TRY(put_account_entries(merging, left));
    return status == STATUS_END ? run_file_end_section(&merging->file) : status;
}

/* ---- the other sections ---- */

static enum status put_accounts(struct merging *merging)
{
    uint64_t word[RUN_WORDS_MAX], left[MONEY_MERGE_MAX];
    uint64_t first = 0;
    enum status status;
    begin(merging, merging->accounts, SECTION_ACCOUNTS);
    while ((status = next_account(merging, word, left)) == STATUS_OK) {
        uint64_t kept = merging->kept[merging->number - 1];
        if (kept == 0)
            continue;
        word[1] = first;
        word[2] |= kept;
        first += kept;
        TRY(run_file_put(&merging->file, SECTION_ACCOUNTS, word));
    }
    return status == STATUS_END ? run_file_end_section(&merging->file) : status;
}

static enum status put_names(struct merging *merging)
{
    uint64_t name = 0;
    enum status status;
    begin(merging, merging->others, SECTION_NAMES);
    while ((status = least(merging, merging->others, &name)) == STATUS_OK) {
        for (uint32_t i = 0; i < merging->count; i++) {
            struct run_cursor *cursor = &merging->others[i];
            if (!cursor->ready || cursor->word[0] != name)
                continue;
            bool old = is_old(merging, (int64_t)cursor->word[2]);
            merging->file.head.payments += !old;
            if (!old)
                TRY(run_file_put(&merging->file, SECTION_NAMES, cursor->word));
            TRY(step(cursor, true));
        }
    }
    return status == STATUS_END ? run_file_end_section(&merging->file) : status;
}

/* Whether a name is that of an account of which nothing was kept; names come in order. */
static enum status is_gone(struct merging *merging, uint64_t name, uint64_t *at, bool *out)
{
    uint64_t word[RUN_WORDS_MAX], left[MONEY_MERGE_MAX];
    enum status status = STATUS_OK;
    while (*at < name && status == STATUS_OK) {
        status = next_account(merging, word, left);
        *at = status == STATUS_OK ? word[0] : UINT64_MAX;
    }
    *out = *at == name && merging->number > 0 && merging->kept[merging->number - 1] == 0;
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status put_spellings(struct merging *merging)
{
    uint64_t name = 0, at = 0;
    enum status status;
    begin(merging, merging->accounts, SECTION_ACCOUNTS);
    begin(merging, merging->others, SECTION_SPELLINGS);
    while ((status = least(merging, merging->others, &name)) == STATUS_OK) {
        bool gone, put = false;
        TRY(is_gone(merging, name, &at, &gone));
        for (uint32_t i = 0; i < merging->count; i++) {
            struct run_cursor *cursor = &merging->others[i];
            if (!cursor->ready || cursor->word[0] != name)
                continue;
            if (!gone && !put)
                TRY(run_file_put(&merging->file, SECTION_SPELLINGS, cursor->word));
            put = true;
            TRY(step(cursor, false));
        }
    }
    return status == STATUS_END ? run_file_end_section(&merging->file) : status;
}

/* Whether a payment of that name was kept, when the cursors of names are walked in its order. */
static enum status is_kept(struct merging *merging, uint64_t name, bool *out)
{
    uint64_t at = 0;
    enum status status;
    *out = false;
    while ((status = least(merging, merging->accounts, &at)) == STATUS_OK && at <= name) {
        for (uint32_t i = 0; i < merging->count; i++) {
            struct run_cursor *cursor = &merging->accounts[i];
            if (!cursor->ready || cursor->word[0] != at)
                continue;
            *out = *out || (at == name && !is_old(merging, (int64_t)cursor->word[2]));
            TRY(step(cursor, true));
        }
    }
    return status == STATUS_END ? STATUS_OK : status;
}

static enum status put_ids(struct merging *merging)
{
    uint64_t name = 0;
    enum status status;
    begin(merging, merging->accounts, SECTION_NAMES);
    begin(merging, merging->others, SECTION_IDS);
    while ((status = least(merging, merging->others, &name)) == STATUS_OK) {
        bool kept, put = false;
        TRY(is_kept(merging, name, &kept));
        for (uint32_t i = 0; i < merging->count; i++) {
            struct run_cursor *cursor = &merging->others[i];
            if (!cursor->ready || cursor->word[0] != name)
                continue;
            if (kept && !put)
                TRY(run_file_put(&merging->file, SECTION_IDS, cursor->word));
            put = true;
            TRY(step(cursor, true));
        }
    }
    return status == STATUS_END ? run_file_end_section(&merging->file) : status;
}

/* ---- all of it ---- */

static enum status put_all(struct merging *merging)
{
    TRY(put_entries(merging));
    TRY(put_accounts(merging));
    TRY(put_names(merging));
    TRY(put_spellings(merging));
    return put_ids(merging);
}

enum status run_merge(const struct volume *volume, const char *name, struct run *const *runs,
                      uint32_t count, moment from, const _Atomic bool *stop)
{
    void *at;
    uint64_t accounts = 0, names = 0, spellings = 0, ids = 0;
    must(count >= 1 && count <= MONEY_MERGE_MAX);
    for (uint32_t i = 0; i < count; i++) {
        accounts += run_about(runs[i])->count[SECTION_ACCOUNTS];
        names += run_about(runs[i])->count[SECTION_NAMES];
        spellings += run_about(runs[i])->count[SECTION_SPELLINGS];
        ids += run_about(runs[i])->count[SECTION_IDS];
    }
    uint64_t fences = section_pages(SECTION_ACCOUNTS, accounts) +
                      section_pages(SECTION_NAMES, names) +
                      section_pages(SECTION_SPELLINGS, spellings) + section_pages(SECTION_IDS, ids);
    size_t cursors = 2 * (size_t)count * sizeof(struct run_cursor);
    size_t size =
        sizeof(struct merging) + cursors + fences * sizeof(uint64_t) + accounts * sizeof(uint32_t);
    TRY(pages_take(size, &at));
    struct merging *merging = at;
    merging->runs = runs;
    merging->count = count;
    merging->from = from;
    merging->stop = stop;
    merging->accounts = (struct run_cursor *)(merging + 1);
    merging->others = merging->accounts + count;
    merging->file.fence = (uint64_t *)(merging->others + count);
    merging->file.fences_max = fences;
    merging->kept = (uint32_t *)(merging->file.fence + fences);
    merging->file.head.through = run_about(runs[count - 1])->through;
    merging->file.head.first = PAYMENT_KEY_LAST;
    merging->file.head.last = PAYMENT_KEY_FIRST;
    enum status status = run_file_begin(&merging->file, volume, TEMPORARY);
    if (status == STATUS_OK)
        status = run_file_end(&merging->file, put_all(merging), name);
    pages_give_back(merging, size);
    return status;
}
