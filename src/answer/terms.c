/* terms.c -- terms read strictly: whoever mistypes a field's name wants to know it now.
 *
 * Invariants:  1. What is not listed is not answered.
 *              2. An asker is a name and a key; two askers never share a name.
 * Not chosen:  "all fields".  Whoever lists them has looked at each. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "answer/terms.h"

#include "answer/complain.h"
#include "ground/checksum.h"
#include "ground/disk.h"
#include "ground/limits.h"
#include "record/phone.h"

#include <stdlib.h>

struct reading {
    struct outline *outline;
    struct terms *terms;
    struct arena *boot;
    const char *path;
};

static enum status complain(const struct reading *reading, outline_node node,
                            enum answer_complaint complaint)
{
    return answer_complain(reading->outline, node, complaint);
}

static enum status name_take(const struct reading *reading, outline_node node, struct slice *out)
{
    struct slice name = outline_text(reading->outline, node);
    bool fine = outline_type(reading->outline, node) == OUTLINE_TEXT && name.size != 0 &&
                name.size <= TERMS_NAME_MAX;
    for (size_t i = 0; fine && i < name.size; i++) {
        char c = name.at[i];
        fine = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    }
    if (!fine)
        return complain(reading, node, ANSWER_COMPLAINT_name_form);
    return slice_copy(reading->boot, name, out);
}

static enum status key_take(const struct reading *reading, outline_node node, struct slice *out)
{
    struct slice key = outline_text(reading->outline, node);
    if (outline_type(reading->outline, node) != OUTLINE_TEXT || key.size < 32 || key.size > 64)
        return complain(reading, node, ANSWER_COMPLAINT_key_form);
    return slice_copy(reading->boot, key, out);
}

/* A path beside the terms; empty if it is not there. */
static enum status path_take(const struct reading *reading, outline_node node, struct slice *out)
{
    if (node < 0)
        return STATUS_OK;
    struct slice path = outline_text(reading->outline, node);
    if (outline_type(reading->outline, node) != OUTLINE_TEXT || path.size == 0 ||
        path.size > CHECK_TEXT_MAX || memchr(path.at, '\0', path.size) != NULL)
        return complain(reading, node, ANSWER_COMPLAINT_path_form);
    return answer_beside(reading->path, path, reading->boot, out);
}

/* https, or http to this machine; empty if it is not there. */
static enum status url_take(const struct reading *reading, outline_node node, struct slice *out)
{
    static const char *const BEGINS[] = {"https://", "http://127.0.0.1:", "http://localhost:"};
    if (node < 0)
        return STATUS_OK;
    struct slice url = outline_text(reading->outline, node);
    bool fine = false;
    for (size_t i = 0; i < sizeof BEGINS / sizeof BEGINS[0]; i++)
        fine = fine || slice_starts(url, slice_of(BEGINS[i]));
    if (!fine || url.size > CHECK_TEXT_MAX || memchr(url.at, '\0', url.size) != NULL)
        return complain(reading, node, ANSWER_COMPLAINT_url_form);
    return slice_copy(reading->boot, url, out);
}

/* ---- who may ask ---- */

static enum status asker_read(const struct reading *reading, outline_node item)
{
    static const char *const KEYS[] = {"name",     "key",    "a_minute", "a_day",
                                       "next_key", "folder", "url"};
    outline_node node[7];
    struct terms *terms = reading->terms;
    if (terms->askers_count == TERMS_ASKERS_MAX)
        return complain(reading, item, ANSWER_COMPLAINT_many);
    struct terms_asker *asker = &terms->asker[terms->askers_count];
    *asker = (struct terms_asker){.a_minute = 60, .a_day = 10000};
    TRY(answer_keys(reading->outline, item, KEYS, 7, node));
    if (node[0] < 0 || node[1] < 0 || (node[5] >= 0 && node[6] >= 0))
        return complain(reading, item, ANSWER_COMPLAINT_asker_name);
    TRY(name_take(reading, node[0], &asker->name));
    if (terms_asker_find(terms, asker->name) != NULL)
        return complain(reading, node[0], ANSWER_COMPLAINT_asker_twice);
    TRY(key_take(reading, node[1], &asker->key));
    if (node[2] >= 0)
        TRY(answer_whole(reading->outline, node[2], &asker->a_minute));
    if (node[3] >= 0)
        TRY(answer_whole(reading->outline, node[3], &asker->a_day));
    if (node[4] >= 0)
        TRY(key_take(reading, node[4], &asker->next_key));
    TRY(path_take(reading, node[5], &asker->folder));
    TRY(url_take(reading, node[6], &asker->url));
    terms->askers_count++;
    return STATUS_OK;
}

/* ---- what is answered ---- */

/* The bits of words of a list. */
static enum status bits_read(const struct reading *reading, outline_node list,
                             const struct check_word *words, unsigned count, uint64_t *out)
{
    const struct outline *outline = reading->outline;
    struct slice known[64];
    must(count <= sizeof known / sizeof known[0]);
    for (unsigned w = 0; w < count; w++)
        known[w] = slice_of(words[w].name);
    *out = 0;
    if (outline_type(outline, list) != OUTLINE_TEXT)
        TRY(outline_want(outline, list, OUTLINE_LIST));
    for (unsigned i = 0; i < outline_count(outline, list); i++) {
        outline_node item = outline_item(outline, list, i);
        TRY(outline_want(outline, item, OUTLINE_TEXT));
        unsigned found = check_word_find(words, count, outline_text(outline, item));
        if (found == count)
            return outline_unknown(outline, item, SAYING("there is no `%`", "没有 `%`"), known,
                                   count);
        *out |= (uint64_t)1 << found;
    }
    return STATUS_OK;
}

static enum status answer_read(const struct reading *reading, outline_node item)
{
    static const char *const KEYS[] = {"purpose", "basis", "fields", "document"};
    outline_node node[4];
    uint64_t purposes, bases;
    struct terms *terms = reading->terms;
    if (terms->answers_count == TERMS_ANSWERS_MAX)
        return complain(reading, item, ANSWER_COMPLAINT_many);
    struct terms_answer *answer = &terms->answer[terms->answers_count];
    *answer = (struct terms_answer){.document = true};
    TRY(answer_keys(reading->outline, item, KEYS, 4, node));
    if (node[0] < 0 || node[1] < 0 || node[2] < 0)
        return complain(reading, item, ANSWER_COMPLAINT_answers_need);
    TRY(bits_read(reading, node[0], CHECK_PURPOSES, CHECK_PURPOSES_COUNT, &purposes));
    TRY(bits_read(reading, node[1], CHECK_BASES, CHECK_BASES_COUNT, &bases));
    TRY(bits_read(reading, node[2], REPLY_FIELDS, REPLY_FIELDS_COUNT, &answer->fields));
    if (node[3] >= 0)
        TRY(answer_yes(reading->outline, node[3], &answer->document));
    answer->purposes = (uint32_t)purposes;
    answer->bases = (uint32_t)bases;
    terms->answers_count++;
    return STATUS_OK;
}

/* ---- what is left to a person ---- */

static int hash_order(const void *a, const void *b)
{
    uint64_t one = *(const uint64_t *)a;
    uint64_t two = *(const uint64_t *)b;
    return one < two ? -1 : one > two;
}

/* Hashes of the canonical numbers of a file, one a line; `#` begins a comment. */
static enum status numbers_of(const struct reading *reading, outline_node node, struct slice text,
                              struct terms_person *person)
{
    uint64_t *hashes;
    size_t lines = 1;
    for (size_t i = 0; i < text.size; i++)
        lines += text.at[i] == '\n';
    TRY(ARENA_NEW(reading->boot, lines, &hashes));
    for (size_t at = 0; at < text.size;) {
        char bytes[64];
        struct text canonical = text_over(bytes, sizeof bytes);
        struct slice line = {text.at + at, 0};
        while (at + line.size < text.size && line.at[line.size] != '\n')
            line.size++;
        at += line.size + 1;
        while (line.size != 0 && (unsigned char)line.at[line.size - 1] <= ' ')
            line.size--;
        if (line.size == 0 || line.at[0] == '#')
            continue;
        if (phone_canonical(line, SLICE("86"), &canonical) != STATUS_OK || canonical.full)
            return complain(reading, node, ANSWER_COMPLAINT_numbers_line);
        hashes[person->numbers_count++] = hash_bytes(text_slice(&canonical));
    }
    qsort(hashes, person->numbers_count, sizeof *hashes, hash_order);
    person->numbers = hashes;
    return STATUS_OK;
}

static enum status numbers_read(const struct reading *reading, outline_node node,
                                struct terms_person *person)
{
    struct slice file, text;
    enum disk_fault fault;
    TRY(outline_want(reading->outline, node, OUTLINE_TEXT));
    if (outline_text(reading->outline, node).size == 0)
        return complain(reading, node, ANSWER_COMPLAINT_numbers_file);
    TRY(answer_beside(reading->path, outline_text(reading->outline, node), reading->boot, &file));
    enum status status =
        disk_read_all(file.at, ANSWER_NUMBERS_BYTES_MAX, reading->boot, &text, &fault);
    if (status != STATUS_OK)
        return complain(reading, node, ANSWER_COMPLAINT_numbers_file);
    return numbers_of(reading, node, text, person);
}

static enum status words_read(const struct reading *reading, outline_node list,
                              struct terms_person *person)
{
    const struct outline *outline = reading->outline;
    if (outline_type(outline, list) != OUTLINE_TEXT)
        TRY(outline_want(outline, list, OUTLINE_LIST));
    person->words_count = outline_count(outline, list);
    if (person->words_count == 0 || person->words_count > TERMS_WORDS_MAX)
        return complain(reading, list, ANSWER_COMPLAINT_many);
    for (unsigned i = 0; i < person->words_count; i++) {
        outline_node item = outline_item(outline, list, i);
        TRY(outline_want(outline, item, OUTLINE_TEXT));
        TRY(slice_copy(reading->boot, outline_text(outline, item), &person->word[i]));
    }
    return STATUS_OK;
}

static enum status person_read(const struct reading *reading, outline_node item)
{
    static const char *const KEYS[] = {"field", "is", "above", "empty", "numbers"};
    outline_node node[5];
    uint64_t bit = 0;
    struct terms *terms = reading->terms;
    if (terms->persons_count == TERMS_PERSON_MAX)
        return complain(reading, item, ANSWER_COMPLAINT_many);
    struct terms_person *person = &terms->person[terms->persons_count];
    *person = (struct terms_person){.field = -1, .above = -1};
    TRY(answer_keys(reading->outline, item, KEYS, 5, node));
    int asks = (node[1] >= 0) + (node[2] >= 0) + (node[3] >= 0);
    if ((node[0] >= 0) == (node[4] >= 0) || (node[0] >= 0) != (asks == 1))
        return complain(reading, item, ANSWER_COMPLAINT_person_need);
    if (node[4] >= 0)
        TRY(numbers_read(reading, node[4], person));
    if (node[0] >= 0) {
        TRY(bits_read(reading, node[0], REPLY_FIELDS, REPLY_FIELDS_COUNT, &bit));
        if (bit == 0 || (bit & (bit - 1)) != 0)
            return complain(reading, node[0], ANSWER_COMPLAINT_person_need);
        person->field = __builtin_ctzll(bit);
    }
    if (node[1] >= 0)
        TRY(words_read(reading, node[1], person));
    if (node[2] >= 0) {
        if (REPLY_TYPES[person->field] != REPLY_WHOLE)
            return complain(reading, node[2], ANSWER_COMPLAINT_person_whole);
        TRY(answer_whole(reading->outline, node[2], &person->above));
    }
    if (node[3] >= 0)
        TRY(answer_yes(reading->outline, node[3], &person->empty));
    terms->persons_count++;
    return STATUS_OK;
}

/* ---- all of it ---- */

static enum status each(const struct reading *reading, outline_node list,
                        enum status (*take)(const struct reading *reading, outline_node item))
{
    if (list < 0)
        return STATUS_OK;
    TRY(outline_want(reading->outline, list, OUTLINE_LIST));
    for (unsigned i = 0; i < outline_count(reading->outline, list); i++)
        TRY(take(reading, outline_item(reading->outline, list, i)));
    return STATUS_OK;
}

enum root_key {
    ROOT_answer,
    ROOT_name,
    ROOT_listen,
    ROOT_port,
    ROOT_certificate,
    ROOT_certificate_key,
    ROOT_lines,
    ROOT_holder_key,
    ROOT_notices,
    ROOT_askers,
    ROOT_answers,
    ROOT_person,
    ROOT_orders,
    ROOTS_COUNT
};

/* Where we are and what we read. */
static enum status house_read(const struct reading *reading, const outline_node *node)
{
    struct terms *terms = reading->terms;
    terms->address = SLICE("127.0.0.1");
    terms->port = 8480;
    if (node[ROOT_listen] >= 0) {
        struct slice address = outline_text(reading->outline, node[ROOT_listen]);
        if (address.size == 0 || address.size > TERMS_NAME_MAX)
            return complain(reading, node[ROOT_listen], ANSWER_COMPLAINT_path_form);
        TRY(slice_copy(reading->boot, address, &terms->address));
    }
    bool any = node[ROOT_port] >= 0 &&
               slice_equal(outline_text(reading->outline, node[ROOT_port]), SLICE("0"));
    if (any)
        terms->port = 0;
    else if (node[ROOT_port] >= 0)
        TRY(answer_whole(reading->outline, node[ROOT_port], &terms->port));
    if (terms->port > UINT16_MAX)
        return complain(reading, node[ROOT_port], ANSWER_COMPLAINT_number_form);
    TRY(path_take(reading, node[ROOT_certificate], &terms->certificate));
    TRY(path_take(reading, node[ROOT_certificate_key], &terms->certificate_key));
    TRY(path_take(reading, node[ROOT_holder_key], &terms->holder_key));
    TRY(path_take(reading, node[ROOT_notices], &terms->notices));
    TRY(path_take(reading, node[ROOT_orders], &terms->orders));
    return path_take(reading, node[ROOT_lines], &terms->lines);
}

static enum status read_all(const struct reading *reading)
{
    static const char *const KEYS[ROOTS_COUNT] = {
        "answer",     "name",    "listen", "port",    "certificate", "certificate_key", "lines",
        "holder_key", "notices", "askers", "answers", "person",      "orders",
    };
    const struct outline *outline = reading->outline;
    outline_node node[ROOTS_COUNT];
    outline_node root = outline_root(outline);
    TRY(answer_keys(outline, root, KEYS, ROOTS_COUNT, node));
    if (node[ROOT_answer] < 0 || !slice_equal(outline_text(outline, node[ROOT_answer]), SLICE("1")))
        return complain(reading, node[ROOT_answer] < 0 ? root : node[ROOT_answer],
                        ANSWER_COMPLAINT_terms_version);
    if (node[ROOT_name] < 0)
        return complain(reading, root, ANSWER_COMPLAINT_name_missing);
    TRY(name_take(reading, node[ROOT_name], &reading->terms->name));
    TRY(house_read(reading, node));
    if (node[ROOT_askers] < 0)
        return complain(reading, root, ANSWER_COMPLAINT_askers_missing);
    if (node[ROOT_answers] < 0)
        return complain(reading, root, ANSWER_COMPLAINT_answers_missing);
    TRY(each(reading, node[ROOT_askers], asker_read));
    if (reading->terms->askers_count == 0)
        return complain(reading, node[ROOT_askers], ANSWER_COMPLAINT_askers_missing);
    TRY(each(reading, node[ROOT_answers], answer_read));
    return each(reading, node[ROOT_person], person_read);
}

enum status terms_read(struct terms *out, const char *path, struct slice text, struct arena *boot,
                       struct text why[TONGUES_COUNT])
{
    struct outline outline;
    struct terms *terms;
    TRY(ARENA_NEW(boot, 1, &terms));
    TRY(outline_open(&outline, path, text, boot, why));
    struct reading reading = {&outline, terms, boot, path};
    enum status status = read_all(&reading);
    outline_close(&outline);
    if (status == STATUS_OK)
        *out = *terms;
    return status;
}

/* ---- asking ---- */

const struct terms_asker *terms_asker_find(const struct terms *terms, struct slice name)
{
    for (unsigned i = 0; i < terms->askers_count; i++)
        if (slice_equal(terms->asker[i].name, name))
            return &terms->asker[i];
    return NULL;
}

uint64_t terms_fields(const struct terms *terms, enum check_purpose purpose, enum check_basis basis,
                      bool *document)
{
    uint64_t fields = 0;
    *document = false;
    for (unsigned i = 0; i < terms->answers_count; i++) {
        const struct terms_answer *answer = &terms->answer[i];
        if ((answer->purposes >> purpose & 1) == 0 || (answer->bases >> basis & 1) == 0)
            continue;
        fields |= answer->fields;
        *document = *document || answer->document;
    }
    return fields;
}

static int64_t whole_of(struct slice value)
{
    int64_t number = 0;
    for (size_t i = 0; i < value.size; i++)
        number = number * 10 + (value.at[i] - '0');
    return number;
}

static bool person_holds(const struct terms_person *person, struct slice number,
                         const struct slice value[REPLY_FIELDS_COUNT])
{
    if (person->field < 0) {
        uint64_t hash = hash_bytes(number);
        return bsearch(&hash, person->numbers, person->numbers_count, sizeof hash, hash_order) !=
               NULL;
    }
    struct slice known = value[person->field];
    if (person->above >= 0)
        return reply_value_holds((enum reply_field)person->field, known) &&
               whole_of(known) > person->above;
    for (unsigned i = 0; i < person->words_count; i++)
        if (slice_equal(person->word[i], known))
            return true;
    return person->empty && known.size == 0;
}

bool terms_want_person(const struct terms *terms, struct slice number,
                       const struct slice value[REPLY_FIELDS_COUNT])
{
    for (unsigned i = 0; i < terms->persons_count; i++)
        if (person_holds(&terms->person[i], number, value))
            return true;
    return false;
}
