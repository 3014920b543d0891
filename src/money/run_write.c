/* run_write.c -- a ledger becomes a run.
 *
 * What is sorted are small arrays of names and numbers, outside any arena; entries are written as
 * they are walked. */
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
    struct run_file file;
    const struct ledger *ledger;
    uint64_t payments;
    struct sorted *holder, *row; /* by name */
    struct sorted *word;         /* currencies and banks */
    uint32_t words;
};

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
    return run_file_put(&writer->file, SECTION_ENTRIES, word);
}

static enum status put_entries(struct run_writer *writer, const struct sorted *sorted)
{
    struct ledger_walk walk;
    struct payment_key from = PAYMENT_KEY_FIRST;
    uint32_t row;
    ledger_walk_init(&walk, writer->ledger, (uint32_t)writer->payments, (ident){sorted->name},
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
        bool tells = atomic_load_explicit(&holder->tells, memory_order_relaxed);
        uint64_t count = entries_of(writer, sorted->number);
        uint64_t word[RUN_ACCOUNT / 8] = {sorted->name, first, count | (tells ? ACCOUNT_TELLS : 0),
                                          words_name(writer->ledger->banks, bank).bits};
        TRY(run_file_put(&writer->file, SECTION_ACCOUNTS, word));
        first += count;
    }
    return STATUS_OK;
}

static enum status put_names(struct run_writer *writer)
{
    for (uint64_t i = 0; i < writer->payments; i++) {
        const struct row *row = &writer->ledger->row[writer->row[i].number];
        uint32_t holder = row->payer != 0 ? row->payer : row->payee;
        uint64_t word[RUN_NAME / 8] = {row->name, writer->ledger->holder[holder].name,
                                       (uint64_t)row_key(row).ms, row->position};
        TRY(run_file_put(&writer->file, SECTION_NAMES, word));
    }
    return STATUS_OK;
}

static enum status put_spelling(struct run_writer *writer, uint64_t name, struct slice spelling)
{
    uint64_t word[RUN_SPELLING / 8];
    if (spelling.size == 0)
        return STATUS_OK;
    spelling_words(name, spelling, word);
    return run_file_put(&writer->file, SECTION_SPELLINGS, word);
}

/* Accounts and words are in order, and become one order; a name that is both stands once. */
static enum status put_spellings(struct run_writer *writer)
{
    const struct ledger *ledger = writer->ledger;
    uint32_t next = 0;
    for (uint32_t i = 0; i <= ledger->holders_count; i++) {
        uint64_t name = i < ledger->holders_count ? writer->holder[i].name : UINT64_MAX;
        for (; next < writer->words && writer->word[next].name < name; next++) {
            ident word = {writer->word[next].name};
            struct slice spelling = words_spelling(ledger->currencies, word);
            if (spelling.size == 0)
                spelling = words_spelling(ledger->banks, word);
            TRY(put_spelling(writer, word.bits, spelling));
        }
        if (i == ledger->holders_count)
            break;
        if (next < writer->words && writer->word[next].name == name)
            next++;
        TRY(put_spelling(writer, name, ledger_spelling(ledger, writer->holder[i].number)));
    }
    return STATUS_OK;
}

static enum status put_ids(struct run_writer *writer)
{
    uint64_t word[RUN_SPELLING / 8];
    for (uint64_t i = 0; i < writer->payments; i++) {
        struct slice id = ledger_id(writer->ledger, writer->row[i].number);
        if (id.size == 0)
            continue;
        spelling_words(writer->row[i].name, id, word);
        TRY(run_file_put(&writer->file, SECTION_IDS, word));
    }
    return STATUS_OK;
}

static int compare_sorted(const void *a, const void *b)
{
    const struct sorted *one = a;
    const struct sorted *two = b;
    if (one->name != two->name)
        return one->name < two->name ? -1 : 1;
    return (one->number > two->number) - (one->number < two->number);
}

/* A currency may be named like a bank: once. */
static void collect_words(struct run_writer *writer, const struct words *words, uint32_t count)
{
    for (uint32_t i = 1; i <= count; i++) {
        uint64_t name = words->word[i];
        if (!ident_is_packed((ident){name}))
            writer->word[writer->words++] = (struct sorted){name, i};
    }
}

static void sort_all(struct run_writer *writer, uint32_t currencies, uint32_t banks)
{
    const struct ledger *ledger = writer->ledger;
    for (uint32_t i = 0; i < ledger->holders_count; i++)
        writer->holder[i] = (struct sorted){ledger->holder[i + 1].name, i + 1};
    qsort(writer->holder, ledger->holders_count, sizeof *writer->holder, compare_sorted);
    for (uint32_t i = 0; i < writer->payments; i++)
        writer->row[i] = (struct sorted){ledger->row[i + 1].name, i + 1};
    qsort(writer->row, writer->payments, sizeof *writer->row, compare_sorted);
    collect_words(writer, ledger->currencies, currencies);
    collect_words(writer, ledger->banks, banks);
    qsort(writer->word, writer->words, sizeof *writer->word, compare_sorted);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < writer->words; i++)
        if (kept == 0 || writer->word[kept - 1].name != writer->word[i].name)
            writer->word[kept++] = writer->word[i];
    writer->words = kept;
}

static enum status write_sections(struct run_writer *writer)
{
    for (uint32_t i = 0; i < writer->ledger->holders_count; i++)
        TRY(put_entries(writer, &writer->holder[i]));
    TRY(run_file_end_section(&writer->file));
    TRY(put_accounts(writer));
    TRY(run_file_end_section(&writer->file));
    TRY(put_names(writer));
    TRY(run_file_end_section(&writer->file));
    TRY(put_spellings(writer));
    TRY(run_file_end_section(&writer->file));
    TRY(put_ids(writer));
    return run_file_end_section(&writer->file);
}

enum status run_write(const struct volume *volume, const char *name, const struct ledger *ledger,
                      uint64_t through)
{
    void *at;
    uint64_t payments = atomic_load_explicit(&ledger->rows_count, memory_order_acquire);
    uint32_t currencies = atomic_load_explicit(&ledger->currencies->count, memory_order_acquire);
    uint32_t banks = atomic_load_explicit(&ledger->banks->count, memory_order_acquire);
    uint64_t words = (uint64_t)currencies + banks;
    uint64_t sorted = ledger->holders_count + payments + words;
    uint64_t fences = section_pages(SECTION_ACCOUNTS, ledger->holders_count) +
                      section_pages(SECTION_NAMES, payments) +
                      section_pages(SECTION_SPELLINGS, ledger->holders_count + words) +
                      section_pages(SECTION_IDS, payments);
    size_t size =
        sizeof(struct run_writer) + sorted * sizeof(struct sorted) + fences * sizeof(uint64_t);
    TRY(pages_take(size, &at));
    struct run_writer *writer = at;
    *writer = (struct run_writer){.ledger = ledger, .payments = payments};
    writer->file.head = (struct run_head){.payments = payments,
                                          .reversals = atomic_load(&ledger->reversals_count),
                                          .through = through,
                                          .first = ledger->first,
                                          .last = ledger->last};
    writer->holder = (struct sorted *)(writer + 1);
    writer->row = writer->holder + ledger->holders_count;
    writer->word = writer->row + payments;
    writer->file.fence = (uint64_t *)(writer->word + words);
    writer->file.fences_max = fences;
    sort_all(writer, currencies, banks);
    enum status status = run_file_begin(&writer->file, volume, TEMPORARY);
    if (status == STATUS_OK)
        status = run_file_end(&writer->file, write_sections(writer), name);
    pages_give_back(writer, size);
    return status;
}
