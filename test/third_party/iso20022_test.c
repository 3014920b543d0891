/* iso20022_test.c -- messages that nobody of us wrote: what of them is a payment, an answer, or
 * named as something else.
 *
 * usage: iso20022_test FOLDER_OF_DATA       exit code 77: the folder is not there
 *
 * Of the samples whose content counts here, records and answers are compared; every other one must
 * be accounted for: read as something, or refused with a sentence.
 *
 * What we write ourselves is held against a list of elements (camt_056.inc), since the schemas may
 * not be handed on.  A camt.056 of others says whether the list is right: what it knows of the
 * sample must stand where the list says, in its order. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "ground/disk.h"
#include "intake/intake.h"
#include "markup/markup.h"
#include "partner/iso20022/recall.h"

#include <dirent.h>
#include <stdio.h>

enum { SKIPPED = 77, SAMPLE_BYTES_MAX = 1 << 20, MEMORY_MAX = 256 << 20, SAID_BYTES = 1 << 14 };

static const struct {
    const char *name; /* the end of the path */
    const char *says; /* what must be among what is said of it */
} EXPECTED[] = {
    {"moov-rtp20022/pacs008.xml",
     "{\"kind\":\"payment\",\"time\":\"2023-07-13T07:29:36.000+00:00\","
     "\"id\":\"20230713234567891T1BCXIA01868416991\",\"payer\":\"US88664715164441\","
     "\"payee\":\"42341169728762787\",\"amount\":46154.49,\"currency\":\"USD\","
     "\"payer_bank\":\"234567891\",\"payee_bank\":\"000000010\"}\n"},
    {"moov-rtp20022/pacs002.ACTC.xml", "skipped 1\n"},
    {"moov-rtp20022/camt029.xml",
     "answer other IPAY case=M20230713BOTS00856763956 amount=1727216 USD\n"},
    {"moov-rtp20022/camt056.refund.xml", "MESSAGE@11 urn:iso:std:iso:20022:tech:xsd:camt.056"},
    {"moov-rtp20022/pacs009.xml", "MESSAGE@11 urn:iso:std:iso:20022:tech:xsd:pacs.009.001"},
    {"moov-iso20022/valid_pacs_v11.xml", "skipped 1\n"},
    {"moov-iso20022/invalid_pain_v11.xml", "MESSAGE@1 Document"},
    {"prowide/pacs.002-CDATA.xml", "FAILED@24 UNKNOWN"},
    {"prowide/pacs.002-CDATA-multiple-namespace.xml", "FAILED@2 UNKNOWN"},
    {"prowide/pacs.002-CDATA-namespace-noprefix.xml", "FAILED@2 UNKNOWN"},
    {"prowide/pacs.002-CDATA-nonamespace.xml", "FAILED@2 UNKNOWN"},
    {"prowide/pacs.002-CDATA-with-documentWrapper.xml", "FAILED@8 UNKNOWN"},
    {"prowide/pacs.002-CDATA-with-header.xml", "FAILED@"},
};

struct tally {
    struct arena *arena;
    struct text said;
    char bytes[SAID_BYTES];
    unsigned samples, payments, rejects, reports, answers, failures, wrong;
};

static enum status take_reject(void *self, const struct reject *reject)
{
    struct tally *tally = self;
    text_addf(&tally->said, "%s@%llu %.*s\n", reject_name(reject->reason),
              (unsigned long long)reject->line, (int)reject->value.size, reject->value.at);
    tally->rejects++;
    return STATUS_OK;
}

static void read_records(struct tally *tally, struct intake *intake)
{
    const struct record *records;
    size_t count;
    enum status status;
    while ((status = intake_next(intake, &records, &count)) != STATUS_END) {
        if (status == STATUS_IO) {
            text_add_intake_fault(&tally->said, intake, TONGUE_EN);
            tally->failures++;
        }
        for (size_t i = 0; status == STATUS_OK && i < count; i++) {
            text_add_record(&tally->said, &records[i]);
            text_add_char(&tally->said, '\n');
            tally->payments++;
        }
    }
}

static void take_in(struct tally *tally, const char *path)
{
    struct intake *intake;
    char en[1024], zh[1024];
    struct intake_counts counts;
    struct text why[TONGUES_COUNT] = {text_over(en, sizeof en), text_over(zh, sizeof zh)};
    struct intake_options options = {
        .home_country = SLICE("86"), .zone_minutes = 480, .home_currency = SLICE("CNY")};
    struct reject_sink sink = {take_reject, tally};
    must(intake_create(&intake, &options, sink, tally->arena) == STATUS_OK);
    if (intake_add(intake, path, why) != STATUS_OK) {
        text_addf(&tally->said, "refused: %s\n", en);
        tally->failures++;
    }
    read_records(tally, intake);
    intake_count(intake, &counts);
    must(counts.read == counts.accepted + counts.rejected);
    text_addf(&tally->said, "skipped %llu\n", (unsigned long long)counts.skipped);
    tally->reports += (unsigned)counts.skipped;
    intake_destroy(intake);
}

static enum status take_answer(void *self, const struct recall_answer *answer)
{
    struct tally *tally = self;
    text_addf(&tally->said, "answer %s %.*s case=%.*s amount=%lld %.*s\n",
              recall_verdict_name(answer->verdict), (int)answer->code.size, answer->code.at,
              (int)answer->case_id.size, answer->case_id.at, (long long)answer->amount,
              (int)answer->currency.size, answer->currency.at);
    tally->answers++;
    return STATUS_OK;
}

static enum status take_wrong(void *self, const struct recall_wrong *wrong)
{
    (void)self;
    must(wrong->fault != RECALL_FINE);
    return STATUS_OK;
}

static void take_as_answer(struct tally *tally, const char *path)
{
    struct slice bytes;
    struct markup_trouble trouble;
    enum disk_fault fault;
    must(disk_read_all(path, SAMPLE_BYTES_MAX, tally->arena, &bytes, &fault) == STATUS_OK);
    struct recall_sink sink = {take_answer, take_wrong, tally};
    enum status status = recall_read(bytes, 480, sink, tally->arena, &trouble);
    must(status == STATUS_OK || status == STATUS_MALFORMED);
}

/* ---- a request as others write it ---- */

static const struct {
    const char *of, *name, *is;
} CHILDREN[] = {
#define LEAF(type, characters_max, form)
#define CHILD(of, name, is, need) {#of, #name, #is},
#include "partner/iso20022/camt_056.inc"
#undef CHILD
#undef LEAF
};
enum { CHILDREN_COUNT = sizeof CHILDREN / sizeof CHILDREN[0], KNOWN_LEAST = 30 };

struct comparing {
    struct {
        const char *type; /* NULL: the list does not speak of it */
        unsigned last;    /* of its children: number in CHILDREN + 1 */
    } level[MARKUP_DEPTH_MAX + 1];
    unsigned known, wrong;
};

static enum status compare_open(void *self, const struct markup_element *element)
{
    struct comparing *comparing = self;
    const char *parent = comparing->level[element->depth - 1].type;
    const char *type = NULL;
    if (parent == NULL && slice_equal(element->name, SLICE("FIToFIPmtCxlReq")))
        type = "Request"; /* in whatever envelope */
    for (unsigned i = 0; i < CHILDREN_COUNT && parent != NULL; i++) {
        if (strcmp(CHILDREN[i].of, parent) != 0 ||
            !slice_equal(element->name, slice_of(CHILDREN[i].name)))
            continue;
        unsigned *last = &comparing->level[element->depth - 1].last;
        if (*last > i + 1) {
            printf("%s of %s stands too late\n", CHILDREN[i].name, parent);
            comparing->wrong++;
        }
        *last = i + 1;
        type = CHILDREN[i].is;
        comparing->known++;
    }
    comparing->level[element->depth].type = type;
    comparing->level[element->depth].last = 0;
    return STATUS_OK;
}

static enum status pass_text(void *self, struct slice piece)
{
    (void)self;
    (void)piece;
    return STATUS_OK;
}

static enum status pass_close(void *self, unsigned depth)
{
    (void)self;
    (void)depth;
    return STATUS_OK;
}

static void compare_request(struct tally *tally, const char *path)
{
    static struct comparing comparing;
    struct slice bytes;
    struct markup *markup;
    enum disk_fault fault;
    size_t used;
    comparing = (struct comparing){.known = 0};
    must(disk_read_all(path, SAMPLE_BYTES_MAX, tally->arena, &bytes, &fault) == STATUS_OK);
    struct markup_sink sink = {compare_open, pass_text, pass_close, &comparing};
    must(markup_create(&markup, sink, tally->arena) == STATUS_OK);
    markup_begin(markup, 1);
    enum status status = markup_read(markup, bytes, true, &used);
    markup_destroy(markup);
    printf("%s: %u elements stand where our list has them\n", path, comparing.known);
    tally->wrong += comparing.wrong + (status != STATUS_END) + (comparing.known < KNOWN_LEAST);
}

static bool ends_with(const char *whole, const char *end)
{
    size_t size = strlen(whole);
    size_t end_size = strlen(end);
    return size >= end_size && strcmp(whole + size - end_size, end) == 0;
}

static void check_sample(struct tally *tally, const char *path)
{
    arena_reset(tally->arena);
    tally->said = text_over(tally->bytes, sizeof tally->bytes);
    tally->samples++;
    take_in(tally, path);
    take_as_answer(tally, path);
    if (ends_with(path, "moov-rtp20022/camt056.refund.xml"))
        compare_request(tally, path);
    for (size_t i = 0; i < sizeof EXPECTED / sizeof EXPECTED[0]; i++) {
        if (!ends_with(path, EXPECTED[i].name) || strstr(tally->bytes, EXPECTED[i].says) != NULL)
            continue;
        printf("%s: it does not say\n%s\nbut\n%s\n", path, EXPECTED[i].says, tally->bytes);
        tally->wrong++;
    }
}

/* False: there is no such folder. */
static bool check_folder(struct tally *tally, const char *data, const char *name)
{
    char folder[4096];
    (void)snprintf(folder, sizeof folder, "%s/formats/iso20022/%s", data, name);
    DIR *open = opendir(folder);
    if (open == NULL)
        return false;
    for (struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open)) {
        char path[8192];
        if (!ends_with(entry->d_name, ".xml"))
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        check_sample(tally, path);
    }
    (void)closedir(open);
    return true;
}

int main(int argc, char **argv)
{
    static struct tally tally;
    static const char *const FOLDERS[] = {"moov-rtp20022", "moov-iso20022", "prowide"};
    bool there = argc == 2;
    must(arena_create(&tally.arena, MEMORY_MAX) == STATUS_OK);
    for (size_t i = 0; i < sizeof FOLDERS / sizeof FOLDERS[0] && there; i++)
        there = check_folder(&tally, argv[1], FOLDERS[i]);
    if (!there) {
        printf("skipped: the samples are not there\n");
        return SKIPPED;
    }
    printf("%u samples: %u payments, %u reports of status passed over, %u rejects with a reason, "
           "%u answers to recalls, %u files refused, %u wrong\n",
           tally.samples, tally.payments, tally.reports, tally.rejects, tally.answers,
           tally.failures, tally.wrong);
    arena_destroy(tally.arena);
    return tally.wrong == 0 ? 0 : 1;
}
