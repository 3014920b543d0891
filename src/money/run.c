/* run.c -- reading a run: pages proved, then believed.
 *
 * A page of which one byte is wrong is STATUS_MALFORMED for whoever asked, and stays so: nothing is
 * guessed, and no other page is doubted for it.  The pages read last stay in memory; readers share
 * them under a lock of the run, which no writer ever takes. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/run_page_inside.h"

#include <pthread.h>

struct run {
    struct volume volume;
    struct volume_file file;
    char name[VOLUME_NAME_MAX];
    struct run_head head;
    uint64_t start[SECTIONS + 1]; /* page where each begins, and where the file ends */
    uint64_t *fence;              /* of pages of accounts, then of pages of names */
    size_t fence_size;
    struct run_numbers numbers;
    bool spoiled;
    uint32_t readers;
    pthread_mutex_t lock; /* over the pages in memory */
    uint64_t held[RUN_CACHE];
    unsigned char page[RUN_CACHE][RUN_PAGE];
};

/* ---- pages ---- */

static enum status read_page(struct run *run, uint64_t number, unsigned char *into)
{
    size_t got;
    TRY(run->volume.read(run->volume.self, run->file, (int64_t)number * RUN_PAGE, into, RUN_PAGE,
                         &got));
    if (got != RUN_PAGE || get_word(into) != page_checksum(number, into))
        return STATUS_MALFORMED;
    return STATUS_OK;
}

/* Has a page in memory, with the lock held. */
static enum status hold_page(struct run *run, uint64_t number, const unsigned char **out)
{
    size_t place = number % RUN_CACHE;
    if (run->held[place] != number) {
        run->held[place] = 0; /* the head, which nobody asks for */
        TRY(read_page(run, number, run->page[place]));
        run->held[place] = number;
    }
    *out = run->page[place] + 8;
    return STATUS_OK;
}

/* The words of one record. */
static enum status get_record(struct run *run, enum run_section section, uint64_t nth,
                              uint64_t *word)
{
    uint64_t size = section_size(section);
    uint64_t in_page = RUN_PAYLOAD / size;
    const unsigned char *page;
    must(nth < run->head.count[section]);
    must(pthread_mutex_lock(&run->lock) == 0);
    enum status status = hold_page(run, run->start[section] + nth / in_page, &page);
    for (size_t i = 0; status == STATUS_OK && i < size / 8; i++)
        word[i] = get_word(page + nth % in_page * size + 8 * i);
    must(pthread_mutex_unlock(&run->lock) == 0);
    return status;
}

void run_cursor_init(struct run_cursor *cursor, struct run *run, enum run_section section)
{
    cursor->run = run;
    cursor->section = section;
    cursor->nth = cursor->page = 0; /* the head */
    cursor->ready = false;
}

enum status run_cursor_peek(struct run_cursor *cursor)
{
    struct run *run = cursor->run;
    uint64_t size = section_size(cursor->section);
    uint64_t in_page = RUN_PAYLOAD / size;
    if (cursor->ready)
        return STATUS_OK;
    if (cursor->nth == run->head.count[cursor->section])
        return STATUS_END;
    uint64_t number = run->start[cursor->section] + cursor->nth / in_page;
    if (cursor->page != number)
        TRY(read_page(run, number, cursor->bytes));
    cursor->page = number;
    for (size_t i = 0; i < size / 8; i++)
        cursor->word[i] = get_word(cursor->bytes + 8 + cursor->nth % in_page * size + 8 * i);
    cursor->nth++;
    cursor->ready = true;
    return STATUS_OK;
}

/* ---- opening ---- */

static enum status read_head(struct run *run)
{
    int64_t size;
    TRY(run->volume.size(run->volume.self, run->file, &size));
    if (size < RUN_PAGE || size % RUN_PAGE != 0)
        return STATUS_MALFORMED;
    unsigned char *page = run->page[0];
    TRY(read_page(run, 0, page));
    const unsigned char *word = page + 8;
    if (get_word(word) != RUN_MAGIC)
        return STATUS_MALFORMED;
    uint64_t pages = 1;
    for (unsigned i = 0; i < SECTIONS; i++) {
        run->head.count[i] = get_word(word + 8 * head_word(i));
        if (run->head.count[i] > (uint64_t)size)
            return STATUS_MALFORMED;
        run->start[i] = pages;
        pages += section_pages(i, run->head.count[i]);
    }
    run->start[SECTIONS] = pages;
    run->head.payments = get_word(word + 8 * HEAD_REST);
    run->head.through = get_word(word + 8 * (1 + HEAD_REST));
    run->head.first.ms = (int64_t)get_word(word + 8 * (2 + HEAD_REST));
    run->head.first.position = get_word(word + 8 * (3 + HEAD_REST));
    run->head.last.ms = (int64_t)get_word(word + 8 * (4 + HEAD_REST));
    run->head.last.position = get_word(word + 8 * (5 + HEAD_REST));
    run->head.reversals = get_word(word + 8 * (6 + HEAD_REST));
    uint64_t fences = 0;
    for (unsigned i = 0; i < SECTIONS; i++)
        fences += section_fenced(i) ? section_pages(i, run->head.count[i]) : 0;
    if (pages != (uint64_t)size / RUN_PAGE || run->head.count[SECTION_FENCES] != fences)
        return STATUS_MALFORMED;
    return STATUS_OK;
}

static enum status read_fences(struct run *run)
{
    void *at;
    uint64_t count = run->head.count[SECTION_FENCES];
    size_t size = (count + 1) * sizeof(uint64_t);
    TRY(pages_take(size, &at));
    run->fence = at;
    run->fence_size = size;
    for (uint64_t i = 0; i < count; i++)
        TRY(get_record(run, SECTION_FENCES, i, &run->fence[i]));
    return STATUS_OK;
}

enum status run_open(struct run **out, const struct volume *volume, const char *name)
{
    void *at;
    TRY(pages_take(sizeof(struct run), &at));
    struct run *run = at;
    run->volume = *volume;
    must(strlen(name) < sizeof run->name);
    memcpy(run->name, name, strlen(name) + 1);
    (void)run_name_read(name, &run->numbers);
    must(pthread_mutex_init(&run->lock, NULL) == 0);
    enum status status = volume->open(volume->self, name, false, &run->file);
    if (status != STATUS_OK) {
        pages_give_back(run, sizeof *run);
        return status == STATUS_ABSENT ? STATUS_MALFORMED : status;
    }
    status = read_head(run);
    if (status == STATUS_OK)
        status = read_fences(run);
    if (status != STATUS_OK) {
        run_close(run);
        return status;
    }
    *out = run;
    return STATUS_OK;
}

void run_close(struct run *run)
{
    run->volume.close(run->volume.self, run->file);
    must(pthread_mutex_destroy(&run->lock) == 0);
    pages_give_back(run->fence, run->fence_size);
    pages_give_back(run, sizeof *run);
}

const struct run_head *run_about(const struct run *run)
{
    return &run->head;
}

const char *run_name(const struct run *run)
{
    return run->name;
}

struct run_numbers run_numbers(const struct run *run)
{
    return run->numbers;
}

bool *run_spoiled(struct run *run)
{
    return &run->spoiled;
}

uint32_t *run_readers(struct run *run)
{
    return &run->readers;
}

/* ---- looking up ---- */

/* The page of a section sorted by its first word where a key would stand, by the fences. */
static bool page_of_key(const struct run *run, enum run_section section, uint64_t key,
                        uint64_t *out)
{
    const uint64_t *fence = run->fence;
    for (unsigned i = 0; i < section; i++)
        fence += section_fenced(i) ? section_pages(i, run->head.count[i]) : 0;
    uint64_t low = 0;
    uint64_t high = section_pages(section, run->head.count[section]);
    while (low < high) { /* the last page whose first key is not above */
        uint64_t middle = low + (high - low) / 2;
        if (fence[middle] <= key)
            low = middle + 1;
        else
            high = middle;
    }
    *out = low - 1;
    return low != 0;
}

/* The record of a key.  STATUS_ABSENT. */
static enum status find_record(struct run *run, enum run_section section, uint64_t key,
                               uint64_t *word)
{
    uint64_t size = section_size(section);
    uint64_t in_page = RUN_PAYLOAD / size;
    uint64_t count = run->head.count[section];
    uint64_t nth;
    const unsigned char *page = NULL;
    if (!page_of_key(run, section, key, &nth))
        return STATUS_ABSENT;
    uint64_t first = 0;
    uint64_t last = count - nth * in_page < in_page ? count - nth * in_page : in_page;
    must(pthread_mutex_lock(&run->lock) == 0);
    enum status status = hold_page(run, run->start[section] + nth, &page);
    while (status == STATUS_OK && first < last) {
        uint64_t middle = first + (last - first) / 2;
        if (get_word(page + middle * size) < key)
            first = middle + 1;
        else
            last = middle;
    }
    bool found = status == STATUS_OK && first < in_page && first + nth * in_page < count &&
                 get_word(page + first * size) == key;
    for (size_t i = 0; found && i < size / 8; i++)
        word[i] = get_word(page + first * size + 8 * i);
    must(pthread_mutex_unlock(&run->lock) == 0);
    return status == STATUS_OK && !found ? STATUS_ABSENT : status;
}

static enum status get_entry(struct run_walk *walk, uint64_t nth, struct payment *out)
{
    uint64_t word[RUN_ENTRY / 8];
    TRY(get_record(walk->run, SECTION_ENTRIES, walk->first + nth, word));
    bool pays = (word[9] & ENTRY_PAYS) != 0;
    bool paid = (word[9] & ENTRY_PAID) != 0;
    ident account = {walk->account}, other = {word[4]};
    ident bank = {walk->bank}, other_bank = {word[8]};
    uint64_t channel = word[9] >> 8;
    bool sound = (pays || paid) && (int64_t)word[5] > 0 && channel <= CHANNEL_UNKNOWN &&
                 (int64_t)word[0] >= MOMENT_MS_MIN && (int64_t)word[0] <= MOMENT_MS_MAX &&
                 (!ident_known(other) || ident_valid(other));
    if (!sound)
        return STATUS_MALFORMED;
    *out = (struct payment){
        .key = {(int64_t)word[0], word[1]},
        .name = word[2],
        .reverses = word[3],
        .payer = pays ? account : other,
        .payee = !pays  ? account
                 : paid ? account
                        : other,
        .amount = (int64_t)word[5],
        .balance = (int64_t)word[6],
        .currency = {word[7]},
        .payer_bank = pays ? bank : other_bank,
        .payee_bank = !pays  ? bank
                      : paid ? bank
                             : other_bank,
        .channel = (uint8_t)channel,
    };
    return STATUS_OK;
}

static enum status open_account(struct run_walk *walk, struct run *run, uint64_t account)
{
    uint64_t word[RUN_ACCOUNT / 8];
    TRY(find_record(run, SECTION_ACCOUNTS, account, word));
    uint64_t entries = run->head.count[SECTION_ENTRIES];
    word[2] &= ~ACCOUNT_TELLS;
    if (word[1] > entries || word[2] > entries - word[1])
        return STATUS_MALFORMED;
    *walk = (struct run_walk){
        .run = run, .first = word[1], .count = word[2], .account = account, .bank = word[3]};
    return STATUS_OK;
}

/* How many entries are not behind `from`, or are before it while `back`. */
static enum status seek(struct run_walk *walk, struct payment_key from)
{
    uint64_t low = 0;
    uint64_t high = walk->count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        struct payment payment;
        TRY(get_entry(walk, middle, &payment));
        if (payment_key_compare(payment.key, from) < (walk->back ? 0 : 1))
            low = middle + 1;
        else
            high = middle;
    }
    walk->next = low;
    return STATUS_OK;
}

enum status run_walk_init(struct run_walk *walk, struct run *run, ident account,
                          struct payment_key from, bool back)
{
    TRY(open_account(walk, run, account.bits));
    walk->back = back;
    return seek(walk, from);
}

enum status run_walk_peek(struct run_walk *walk)
{
    if (walk->ready)
        return STATUS_OK;
    if (walk->back ? walk->next == 0 : walk->next == walk->count)
        return STATUS_END;
    struct payment_key before = walk->payment.key;
    bool first = walk->payment.amount == 0;
    TRY(get_entry(walk, walk->back ? walk->next - 1 : walk->next, &walk->payment));
    int order = payment_key_compare(walk->payment.key, before);
    if (!first && (walk->back ? order >= 0 : order <= 0))
        return STATUS_MALFORMED; /* whoever reads on relies on the order */
    walk->next = walk->back ? walk->next - 1 : walk->next + 1;
    walk->ready = true;
    return STATUS_OK;
}

enum status run_find_name(struct run *run, uint64_t name, struct payment *out)
{
    uint64_t word[RUN_NAME / 8];
    struct run_walk walk;
    struct payment payment;
    TRY(find_record(run, SECTION_NAMES, name, word));
    TRY(open_account(&walk, run, word[1]));
    struct payment_key key = {(int64_t)word[2], word[3]};
    walk.back = true;
    TRY(seek(&walk, key));
    if (walk.next == walk.count)
        return STATUS_MALFORMED;
    TRY(get_entry(&walk, walk.next, &payment));
    if (payment.name != name)
        return STATUS_MALFORMED;
    *out = payment;
    return STATUS_OK;
}

enum status run_tells(struct run *run, ident account, bool *out)
{
    uint64_t word[RUN_ACCOUNT / 8];
    TRY(find_record(run, SECTION_ACCOUNTS, account.bits, word));
    *out = (word[2] & ACCOUNT_TELLS) != 0;
    return STATUS_OK;
}

static enum status find_spelling(struct run *run, enum run_section section, ident name,
                                 struct text *out)
{
    uint64_t word[RUN_SPELLING / 8];
    unsigned char bytes[IDENT_BYTES_MAX];
    size_t size = 0;
    TRY(find_record(run, section, name.bits, word));
    for (size_t i = 0; i < IDENT_BYTES_MAX / 8; i++)
        put_word(bytes + 8 * i, word[1 + i]);
    while (size < sizeof bytes && bytes[size] != 0)
        size++;
    struct slice spelling = {(const char *)bytes, size};
    if (!ident_equal(ident_of(spelling), name))
        return STATUS_MALFORMED;
    text_add(out, spelling);
    return STATUS_OK;
}

enum status run_spelling(struct run *run, ident name, struct text *out)
{
    return find_spelling(run, SECTION_SPELLINGS, name, out);
}

enum status run_id(struct run *run, ident name, struct text *out)
{
    return find_spelling(run, SECTION_IDS, name, out);
}
