/* run_write.c -- a ledger becomes a file.
 *
 * What is sorted are small arrays of names and numbers, outside any arena; entries are written as
 * they are walked.  A write that fails leaves a file under the temporary name, which the next one
 * overwrites. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "money/words_inside.h"

#include "money/run_page_inside.h"

#include <stdlib.h>

static const char TEMPORARY[] = "sealing.new";

struct sorted {
    uint64_t name;
    uint32_t number;
};

struct run_writer {
    const struct volume *volume;
    struct volume_file file;
    const struct ledger *ledger;
    struct run_head head;
    uint64_t page;
    size_t used;
    uint64_t *fence; /* of accounts, then of names */
    uint64_t fences;
    struct sorted *holder, *row; /* by name */
    unsigned char bytes[RUN_PAGE];
};

static enum status end_page(struct run_writer *writer)
{
    if (writer->used == 0)
        return STATUS_OK;
    memset(writer->bytes + 8 + writer->used, 0, RUN_PAYLOAD - writer->used);
    put_word(writer->bytes, page_checksum(writer->page, writer->bytes));
    TRY(writer->volume->write(writer->volume->self, writer->file, (int64_t)writer->page * RUN_PAGE,
                              writer->bytes, RUN_PAGE));
    writer->page++;
    writer->used = 0;
    return STATUS_OK;
}

/* Room for a record in the page; `*begins`: it is the first there. */
static enum status room_for(struct run_writer *writer, enum run_section section,
                            unsigned char **out, bool *begins)
{
    size_t size = section_size(section);
    if (writer->used + size > RUN_PAYLOAD)
        TRY(end_page(writer));
    *begins = writer->used == 0;
    *out = writer->bytes + 8 + writer->used;
    writer->used += size;
    writer->head.count[section]++;
    return STATUS_OK;
}

static enum status put_record(struct run_writer *writer, enum run_section section,
                              const uint64_t *word)
{
    unsigned char *at;
    bool begins;
    TRY(room_for(writer, section, &at, &begins));
    for (size_t i = 0; i < section_size(section) / 8; i++)
        put_word(at + 8 * i, word[i]);
    if (begins && (section == SECTION_ACCOUNTS || section == SECTION_NAMES))
        writer->fence[writer->fences++] = word[0];
    return STATUS_OK;
}

static enum status put_entry(struct run_writer *writer, uint32_t row, ident account)
{
    struct payment payment;
    ledger_payment(writer->ledger, row, &payment);
    bool pays = ident_equal(payment.payer, account);
    bool paid = ident_equal(payment.payee, account);
    uint64_t word[RUN_ENTRY / 8] = {
        (uint64_t)payment.key.ms,
        payment.key.position,
        payment.name,
        payment.reverses,
        (pays ? payment.payee : payment.payer).bits,
        (uint64_t)payment.amount,
        (uint64_t)payment.balance,
        payment.currency.bits,
        (pays ? payment.payee_bank : payment.payer_bank).bits,
        (pays ? ENTRY_PAYS : 0u) | (paid ? ENTRY_PAID : 0u) | (uint64_t)payment.channel << 8,
    };
    return put_record(writer, SECTION_ENTRIES, word);
}

static enum status put_entries(struct run_writer *writer, const struct sorted *sorted)
{
    struct ledger_walk walk;
    struct payment_key from = PAYMENT_KEY_FIRST;
    uint32_t row;
    ledger_walk_init(&walk, writer->ledger, (uint32_t)writer->head.payments, (ident){sorted->name},
                     false);
    while ((row = ledger_walk_next(&walk, from)) != 0) {
        TRY(put_entry(writer, row, (ident){sorted->name}));
        from = row_key(&writer->ledger->row[row]);
    }
    return STATUS_OK;
}

static uint64_t entries_of(const struct run_writer *writer, uint32_t holder)
{
    const struct ledger *ledger = writer->ledger;
    uint64_t count = 0;
    uint32_t block = atomic_load_explicit(&ledger->holder[holder].newest, memory_order_acquire);
    for (; block != 0;
         block = atomic_load_explicit(&ledger->pool[block + BLOCK_OLDER], memory_order_relaxed))
        count += atomic_load_explicit(&ledger->pool[block + BLOCK_COUNT], memory_order_relaxed);
    return count;
}

static enum status put_accounts(struct run_writer *writer)
{
    uint64_t first = 0;
    for (uint32_t i = 0; i < writer->ledger->holders_count; i++) {
        const struct sorted *sorted = &writer->holder[i];
        const struct holder *holder = &writer->ledger->holder[sorted->number];
        uint16_t bank = atomic_load_explicit(&holder->bank, memory_order_relaxed);
        uint64_t count = entries_of(writer, sorted->number);
        uint64_t word[RUN_ACCOUNT / 8] = {sorted->name, first, count,
                                          words_name(writer->ledger->banks, bank).bits};
        TRY(put_record(writer, SECTION_ACCOUNTS, word));
        first += count;
    }
    return STATUS_OK;
}

static enum status put_names(struct run_writer *writer)
{
    for (uint64_t i = 0; i < writer->head.payments; i++) {
        const struct row *row = &writer->ledger->row[writer->row[i].number];
        uint32_t holder = row->payer != 0 ? row->payer : row->payee;
        uint64_t word[RUN_NAME / 8] = {row->name, writer->ledger->holder[holder].name,
                                       (uint64_t)row_key(row).ms, row->position};
        TRY(put_record(writer, SECTION_NAMES, word));
    }
    return STATUS_OK;
}

static enum status put_head(struct run_writer *writer)
{
    const struct run_head *head = &writer->head;
    uint64_t word[HEAD_WORDS] = {RUN_MAGIC};
    for (unsigned i = 0; i < SECTIONS; i++)
        word[1 + i] = head->count[i];
    word[1 + SECTIONS] = head->payments;
    word[2 + SECTIONS] = head->through;
    word[3 + SECTIONS] = (uint64_t)head->first.ms;
    word[4 + SECTIONS] = head->first.position;
    word[5 + SECTIONS] = (uint64_t)head->last.ms;
    word[6 + SECTIONS] = head->last.position;
    word[7 + SECTIONS] = head->reversals;
    writer->page = 0;
    for (unsigned i = 0; i < HEAD_WORDS; i++)
        put_word(writer->bytes + 8 + 8 * i, word[i]);
    writer->used = 8 * HEAD_WORDS;
    return end_page(writer);
}

static int compare_sorted(const void *a, const void *b)
{
    const struct sorted *one = a;
    const struct sorted *two = b;
    if (one->name != two->name)
        return one->name < two->name ? -1 : 1;
    return (one->number > two->number) - (one->number < two->number);
}

static void sort_all(struct run_writer *writer)
{
    const struct ledger *ledger = writer->ledger;
    for (uint32_t i = 0; i < ledger->holders_count; i++)
        writer->holder[i] = (struct sorted){ledger->holder[i + 1].name, i + 1};
    qsort(writer->holder, ledger->holders_count, sizeof *writer->holder, compare_sorted);
    for (uint32_t i = 0; i < writer->head.payments; i++)
        writer->row[i] = (struct sorted){ledger->row[i + 1].name, i + 1};
    qsort(writer->row, writer->head.payments, sizeof *writer->row, compare_sorted);
}

static enum status write_sections(struct run_writer *writer)
{
    writer->page = 1;
    for (uint32_t i = 0; i < writer->ledger->holders_count; i++)
        TRY(put_entries(writer, &writer->holder[i]));
    TRY(end_page(writer));
    TRY(put_accounts(writer));
    TRY(end_page(writer));
    TRY(put_names(writer));
    TRY(end_page(writer));
    for (uint64_t i = 0; i < writer->fences; i++)
        TRY(put_record(writer, SECTION_FENCES, &writer->fence[i]));
    return end_page(writer);
}

static enum status write_file(struct run_writer *writer, const char *name)
{
    const struct volume *volume = writer->volume;
    TRY(volume->open(volume->self, TEMPORARY, true, &writer->file));
    enum status status = volume->cut(volume->self, writer->file, 0);
    if (status == STATUS_OK)
        status = write_sections(writer);
    if (status == STATUS_OK)
        status = volume->sync(volume->self, writer->file);
    if (status == STATUS_OK)
        status = put_head(writer);
    if (status == STATUS_OK)
        status = volume->sync(volume->self, writer->file);
    volume->close(volume->self, writer->file);
    TRY(status);
    TRY(volume->rename(volume->self, TEMPORARY, name));
    return volume->sync_names(volume->self);
}

enum status run_write(const struct volume *volume, const char *name, const struct ledger *ledger,
                      uint64_t through)
{
    void *at, *holders = NULL, *rows = NULL;
    size_t holders_size = (ledger->holders_count + 1u) * sizeof(struct sorted);
    uint64_t payments = atomic_load_explicit(&ledger->rows_count, memory_order_acquire);
    size_t rows_size = (payments + 1) * sizeof(struct sorted);
    uint64_t fences = section_pages(SECTION_ACCOUNTS, ledger->holders_count) +
                      section_pages(SECTION_NAMES, payments);
    size_t size = sizeof(struct run_writer) + (fences + 1) * sizeof(uint64_t);
    TRY(pages_take(size, &at));
    struct run_writer *writer = at;
    *writer = (struct run_writer){.volume = volume, .ledger = ledger};
    writer->head = (struct run_head){.payments = payments,
                                     .reversals = atomic_load(&ledger->reversals_count),
                                     .through = through,
                                     .first = ledger->first,
                                     .last = ledger->last};
    writer->fence = (uint64_t *)(writer + 1);
    enum status status = pages_take(holders_size, &holders);
    if (status == STATUS_OK)
        status = pages_take(rows_size, &rows);
    if (status == STATUS_OK) {
        writer->holder = holders;
        writer->row = rows;
        sort_all(writer);
        status = write_file(writer, name);
    }
    pages_give_back(rows, rows_size);
    pages_give_back(holders, holders_size);
    pages_give_back(writer, size);
    return status;
}
