/* run_page_inside.h -- what reader and writer of a run agree on. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/checksum.h"
#include "money/run_inside.h"

#define RUN_MAGIC 0x324E55524D545543u /* "CUTMRUN2" */
/* Beside an account's number of entries: one of them tells a balance. */
#define ACCOUNT_TELLS ((uint64_t)1 << 63)

enum { ENTRY_PAYS = 1, ENTRY_PAID = 2, HEAD_WORDS = 1 + SECTIONS + 3 + 4 };

static inline void put_word(unsigned char *at, uint64_t word)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (unsigned char)(word >> 8 * i);
}

static inline uint64_t get_word(const unsigned char *at)
{
    uint64_t word = 0;
    for (unsigned i = 0; i < 8; i++)
        word |= (uint64_t)at[i] << 8 * i;
    return word;
}

/* Of a page's number and what stands behind the checksum. */
static inline uint64_t page_checksum(uint64_t number, const unsigned char *page)
{
    return hash_word(hash_bytes((struct slice){(const char *)page + 8, RUN_PAYLOAD}) ^ number);
}

static inline uint64_t section_size(enum run_section section)
{
    static const uint64_t SIZE[] = {RUN_ENTRY,    RUN_ACCOUNT,  RUN_NAME,
                                    RUN_SPELLING, RUN_SPELLING, RUN_FENCE};
    return SIZE[section];
}

static inline uint64_t section_pages(enum run_section section, uint64_t count)
{
    uint64_t in_page = RUN_PAYLOAD / section_size(section);
    return (count + in_page - 1) / in_page;
}

static inline bool section_fenced(enum run_section section)
{
    return section != SECTION_ENTRIES && section != SECTION_FENCES;
}

/* The word of the head that holds a section's number of records; ids came last. */
static inline unsigned head_word(enum run_section section)
{
    return section == SECTION_IDS      ? HEAD_WORDS - 1
           : section == SECTION_FENCES ? section
                                       : 1u + section;
}
enum { HEAD_REST = SECTIONS }; /* the first word behind those */

/* The words of a spelling's record. */
static inline void spelling_words(uint64_t name, struct slice spelling,
                                  uint64_t word[RUN_SPELLING / 8])
{
    unsigned char bytes[IDENT_BYTES_MAX] = {0};
    memcpy(bytes, spelling.at, spelling.size);
    word[0] = name;
    for (size_t i = 0; i < IDENT_BYTES_MAX / 8; i++)
        word[1 + i] = get_word(bytes + 8 * i);
}

/* ---- a file that is being written ---- */

struct run_file {
    const struct volume *volume;
    struct volume_file file;
    const char *temporary;
    struct run_head head;
    uint64_t page;
    size_t used;
    uint64_t *fence; /* of the fenced sections, in their order; the caller's */
    uint64_t fences, fences_max;
    unsigned char bytes[RUN_PAGE];
};

/* Opens it under a temporary name, empty. */
enum status run_file_begin(struct run_file *file, const struct volume *volume,
                           const char *temporary);
/* One more record of the section; those before it are complete. */
enum status run_file_put(struct run_file *file, enum run_section section, const uint64_t *word);
enum status run_file_end_section(struct run_file *file);
/* Fences, then synced, then the head, then its name; `status`: of all that was put.  Closes. */
enum status run_file_end(struct run_file *file, enum status status, const char *name);
