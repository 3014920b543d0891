/* standing_test.c -- the index against a slow list, also while it changes; the judge against the
 * seven invariants under every pack; receipts, and every byte of them changed. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "standing/standing_test.h"

#include <pthread.h>

enum { PEOPLE = 3000, ROUNDS = 40000 };

/* ---- the index ---- */

static struct standing_key key_at(uint64_t person)
{
    char bytes[24];
    const struct secret join = {{9}};
    (void)snprintf(bytes, sizeof bytes, "P%llu", (unsigned long long)person);
    return standing_key_of(&join, slice_of(bytes));
}

struct plain {
    struct standing_entry at[PEOPLE * 2]; /* by number */
};

static unsigned plain_count(const struct plain *plain, struct standing_key key, int64_t now_s)
{
    unsigned count = 0;
    for (unsigned i = 0; i < PEOPLE * 2; i++)
        count += memcmp(plain->at[i].key.bytes, key.bytes, sizeof key.bytes) == 0 &&
                 plain->at[i].from_s <= now_s && now_s < plain->at[i].until_s;
    return count;
}

static void the_index_agrees_with_a_plain_list(void **state)
{
    static struct plain plain;
    struct hall *hall = *state;
    struct chance chance = chance_seeded(7);
    struct standing_index *index = NULL;
    assert_int_equal(standing_index_create(&index, 0, hall->boot), STATUS_OK);
    for (unsigned i = 0; i < ROUNDS; i++) {
        uint32_t number = (uint32_t)chance_below(&chance, PEOPLE * 2);
        struct standing_entry *entry = &plain.at[number];
        if (chance_below(&chance, 4) == 0) {
            standing_drop(index, entry->key, number);
            entry->until_s = 0;
        } else {
            entry->key = key_at(number / 2); /* two determinations of each */
            entry->number = number;
            entry->from_s = NOW_S - 500 + (int64_t)chance_below(&chance, 1000);
            entry->until_s = entry->from_s + 1 + (int64_t)chance_below(&chance, 1000);
            assert_int_equal(standing_put(index, entry), STATUS_OK);
        }
        struct standing_entry found[STANDING_FOUND_MAX];
        struct standing_key key = key_at(chance_below(&chance, PEOPLE));
        int64_t now_s = NOW_S - 600 + (int64_t)chance_below(&chance, 1500);
        if (i % 16 == 0)
            assert_int_equal(standing_find(index, key, now_s, found),
                             plain_count(&plain, key, now_s));
    }
    standing_index_destroy(index);
}

struct reading {
    const struct standing_index *index;
    _Atomic bool ends;
    _Atomic uint64_t reads;
};

/* Persons 0 to 99 always stand with one determination, whose card says whose it is. */
static void *reader_run(void *self)
{
    struct reading *reading = self;
    struct standing_entry found[STANDING_FOUND_MAX];
    uint64_t reads = 0;
    while (!atomic_load(&reading->ends)) {
        uint64_t person = reads++ % 100;
        unsigned count = standing_find(reading->index, key_at(person), NOW_S, found);
        if (count != 1 || found[0].card != person + 1 || found[0].number != person)
            fail_msg("person %llu: %u", (unsigned long long)person, count);
    }
    atomic_fetch_add(&reading->reads, reads);
    return NULL;
}

static void readers_see_a_person_whole_while_everything_is_replaced(void **state)
{
    struct hall *hall = *state;
    struct standing_index *index = NULL;
    pthread_t thread[2];
    assert_int_equal(standing_index_create(&index, 0, hall->boot), STATUS_OK);
    struct reading reading = {.index = index};
    for (unsigned turn = 0; turn < 400; turn++) {
        for (uint32_t person = 0; person < 100; person++) {
            const struct standing_entry entry = {.key = key_at(person),
                                                 .card = person + 1,
                                                 .from_s = 1,
                                                 .until_s = NOW_S + 1 + turn,
                                                 .number = person};
            assert_int_equal(standing_put(index, &entry), STATUS_OK);
        }
        for (unsigned i = 0; turn == 0 && i < 2; i++)
            assert_int_equal(pthread_create(&thread[i], NULL, reader_run, &reading), 0);
    }
    atomic_store(&reading.ends, true);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(pthread_join(thread[i], NULL), 0);
    assert_int_equal(standing_count(index), 100);
    standing_index_destroy(index);
}

/* ---- the judge ---- */

static struct standing_verdict judge(const struct law_pack *pack, struct standing_entry entry,
                                     struct standing_question question)
{
    struct standing_verdict verdict;
    standing_judge(pack, &entry, &question, &verdict);
    return verdict;
}

static void money_comes_in_and_counters_serve_under_every_pack(void **state)
{
    struct hall *hall = *state;
    static const char *const ACCOUNTS[] = {"bank_account", "payment_account", "wallet"};
    for (uint32_t p = 0; p < hall->law.packs_count; p++) {
        const struct law_pack *pack = &hall->law.packs[p];
        if (pack->subject != LAW_SUBJECT_discipline)
            continue;
        for (unsigned i = 0; i < 6; i++) {
            const struct standing_entry entry = {.criminal = i >= 3};
            assert_true(judge(pack, entry, ask("transfer", ACCOUNTS[i % 3], "in", "")).may);
            assert_true(judge(pack, entry, ask("transfer", ACCOUNTS[i % 3], "counter", "")).may);
        }
    }
}

static void the_final_measures_restrict_what_they_say_and_nothing_else(void **state)
{
    struct hall *hall = *state;
    const struct law_pack *pack = pack_named(hall, "cn-final-2024-12");
    const struct standing_entry b = {.until_s = NOW_S + 5};
    static const char *const DEBITS[] = {"agreed_tax", "agreed_social_insurance",
                                         "agreed_utilities", "agreed_basic_living"};
    struct standing_verdict verdict = judge(pack, b, ask("transfer", "bank_account", "remote", ""));
    assert_true(verdict.stands);
    assert_false(verdict.may);
    assert_int_equal(verdict.measure->restriction, LAW_CODE_no_counterless_outgoing);
    assert_int_equal(verdict.until_s, NOW_S + 5);
    for (unsigned i = 0; i < 4; i++)
        assert_true(judge(pack, b, ask("transfer", "bank_account", "remote", DEBITS[i])).may);
    assert_false(judge(pack, b, ask("transfer", "payment_account", "remote", "agreed_tax")).may);
    assert_true(
        judge(pack, b, ask("transfer", "payment_account", "remote", "balance_to_own_account")).may);
    assert_true(judge(pack, b, ask("open", "bank_account", "", "")).may); /* limited functions */
    assert_int_equal(judge(pack, b, ask("open", "bank_account", "", "")).exception,
                     LAW_CODE_limited_bank_account);
    assert_false(judge(pack, b, ask("open", "payment_account", "", "")).may);
    assert_false(judge(pack, b, ask("open", "phone_card", "", "")).may);
    assert_false(judge(pack, b, ask("keep", "iot_card", "", "")).may);
    assert_true(judge(pack, b, ask("keep", "bank_account", "", "")).may);
    const struct law_pack *draft = pack_named(hall, "cn-draft-2023-11");
    assert_true(judge(draft, b, ask("transfer", "payment_account", "remote", "")).may);
    assert_true(law_mark_doubtful(judge(pack, b, ask("keep", "phone_card", "", "")).measure->mark));
}

static void a_card_that_was_chosen_stays_and_so_does_one_of_whoever_chose_none(void **state)
{
    struct hall *hall = *state;
    const struct law_pack *pack = pack_named(hall, "cn-final-2024-12");
    struct standing_question question = ask("keep", "phone_card", "", "");
    question.card = 5;
    assert_true(judge(pack, (struct standing_entry){.card = 5}, question).may);
    assert_false(judge(pack, (struct standing_entry){.card = 6}, question).may);
    assert_true(judge(pack, (struct standing_entry){.card = 0}, question).may);
}

static void what_was_suspended_or_taken_back_restricts_nothing(void **state)
{
    struct hall *hall = *state;
    const struct law_pack *pack = pack_named(hall, "cn-final-2024-12");
    struct standing_entry entry = {.suspended = true};
    assert_false(judge(pack, entry, ask("open", "phone_card", "", "")).stands);
    entry = (struct standing_entry){.dropped = standing_thing_bit(LAW_CODE_new_business)};
    assert_true(judge(pack, entry, ask("open", "phone_card", "", "")).may);
    assert_false(judge(pack, entry, ask("keep", "iot_card", "", "")).may);
}

static void nobody_is_told_what_another_kind_of_executor_restricts(void **state)
{
    struct hall *hall = *state;
    const struct law_pack *pack = pack_named(hall, "cn-final-2024-12");
    static const enum law_code CARRIER[] = {LAW_CODE_carrier};
    struct standing_question question = ask("transfer", "bank_account", "remote", "");
    question.executor = CARRIER;
    question.executors_count = 1;
    assert_false(judge(pack, (struct standing_entry){.card = 0}, question).stands);
}

/* ---- the register ---- */

static bool stands(struct hall *hall, const char *document)
{
    struct standing_verdict verdict;
    const struct standing_asking asking = asking_of(document);
    return standing_concerns(hall->standing, &asking, wall(hall), &verdict);
}

static void what_stands_is_over_at_midnight_and_survives_a_restart(void **state)
{
    struct hall *hall = *state;
    struct digest chain, again;
    put(hall, "w_1", "11010519900307123x", "2026-01-01");
    assert_true(stands(hall, "110105 19900307 123X"));
    assert_false(stands(hall, "110105199003071235"));
    assert_int_equal(standing_version(hall->standing, &chain), 1);
    standing_close(hall->standing);
    const struct standing_options options = options_of(hall);
    char room[256];
    struct text why = text_over(room, sizeof room);
    assert_int_equal(standing_open(&hall->standing, &options, hall->boot, &why), STATUS_OK);
    assert_true(stands(hall, "11010519900307123X"));
    assert_int_equal(standing_version(hall->standing, &again), 1);
    assert_memory_equal(&chain, &again, sizeof chain);
    hall->wall_ms = 1767283200000 - 1; /* 2026-01-02 00:00 +08:00, less a millisecond */
    assert_true(stands(hall, "11010519900307123X"));
    hall->wall_ms++;
    assert_false(stands(hall, "11010519900307123X")); /* nobody removed it */
    put(hall, "w_1", "11010519900307123X", "2027-01-01");
    assert_true(stands(hall, "11010519900307123X"));
    assert_int_equal(store_begin(hall->store), STATUS_OK);
    assert_int_equal(standing_leave(hall->standing, SLICE("w_1"), hall->request), STATUS_OK);
    assert_int_equal(store_commit(hall->store), STATUS_OK);
    assert_int_equal(standing_follow(hall->standing), STATUS_OK);
    assert_false(stands(hall, "11010519900307123X"));
    assert_int_equal(standing_count(hall->standing->index), 0);
}

static void what_stands_keeps_its_law_when_packs_are_read_again(void **state)
{
    struct hall *hall = *state;
    struct law_pack packs[8];
    struct standing_verdict verdict;
    const struct standing_asking asking = asking_of("11010519900307123X");
    uint32_t count = 0;
    put(hall, "w_1", "11010519900307123X", "2027-01-01");
    for (uint32_t i = hall->law.packs_count; i-- > 0 && count < 8;)
        packs[count++] = hall->law.packs[i]; /* other places */
    packs[0].hash.bytes[0] ^= 1;             /* and one that is another one by now */
    const struct law_pack *before = pack_named(hall, "cn-final-2024-12");
    hall->law = (struct law){.packs_count = count, .packs = packs};
    assert_int_equal(standing_law(hall->standing, &hall->law), STATUS_OK);
    unsigned known = atomic_load(&hall->standing->packs_count);
    assert_true(standing_concerns(hall->standing, &asking, wall(hall), &verdict));
    assert_ptr_equal(verdict.pack, before);
    assert_false(verdict.may);
    put(hall, "w_2", "110105199003071235", "2027-01-01");
    assert_true(stands(hall, "110105199003071235"));
    assert_int_equal(standing_law(hall->standing, &hall->law), STATUS_OK); /* nothing is new */
    assert_int_equal(atomic_load(&hall->standing->packs_count), known);
}

static void no_identifier_lies_in_the_file(void **state)
{
    struct hall *hall = *state;
    struct slice bytes;
    enum disk_fault fault;
    char wal[160];
    put(hall, "w_1", "110105199003071234", "2027-01-01");
    (void)snprintf(wal, sizeof wal, "%s-wal", hall->path);
    const char *const files[] = {hall->path, wal};
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(disk_read_all(files[i], 1 << 24, hall->request, &bytes, &fault),
                         STATUS_OK);
        assert_null(memmem(bytes.at, bytes.size, "110105199003071234", 18));
        assert_null(memmem(bytes.at, bytes.size, "13800000002", 11));
    }
}

static void an_executor_is_matched_with_its_own_customers_alone(void **state)
{
    struct hall *hall = *state;
    const struct secret join = {{9}};
    char found[4][STANDING_ITEM_SIZE];
    size_t count = 0;
    const struct standing_key keys[] = {standing_key_of(&join, SLICE("110105199003071234")),
                                        standing_key_of(&join, SLICE("110105199003071242"))};
    assert_int_equal(store_begin(hall->store), STATUS_OK);
    assert_int_equal(standing_customers_add(hall->standing, SLICE("o_bank"), keys, 2), STATUS_OK);
    assert_int_equal(standing_customers_add(hall->standing, SLICE("o_other"), keys + 1, 1),
                     STATUS_OK);
    assert_int_equal(store_commit(hall->store), STATUS_OK);
    assert_int_equal(
        standing_customers_of(hall->standing, SLICE("110105199003071234"), found, 4, &count),
        STATUS_OK);
    assert_int_equal(count, 1);
    assert_string_equal(found[0], "o_bank");
    put(hall, "w_7", "110105199003071242", "2027-01-01");
    assert_int_equal(standing_items_of(hall->standing, keys, 2, found, 4, &count, hall->request),
                     STATUS_OK);
    assert_int_equal(count, 1);
    assert_string_equal(found[0], "w_7");
}

/* ---- receipts ---- */

static enum receipt_fault verify(struct hall *hall, struct slice answer, struct slice asked)
{
    const struct secret join = {{9}};
    struct receipt_facts facts;
    return receipt_verify(answer, asked, &join, hall->vkey, hall->request, &facts);
}

static void a_receipt_holds_and_no_byte_of_it_can_be_changed(void **state)
{
    struct hall *hall = *state;
    struct text text = paper(hall, 8192);
    const struct standing_asking asking = asking_of("110105199003071234");
    put(hall, "w_1", "110105199003071234", "2027-01-01");
    assert_int_equal(
        text_add_standing_answer(&text, hall->standing, &asking, STANDING_SIGNED, wall(hall)),
        STATUS_OK);
    assert_false(text.full);
    assert_non_null(
        strstr(text.at, "\"asked\":{\"act\":\"transfer\",\"object\":\"bank_account\"}"));
    assert_int_equal(verify(hall, text_slice(&text), SLICE("")), RECEIPT_FAULT_none);
    assert_non_null(strstr(text.at, "\"may\":false"));
    assert_non_null(strstr(text.at, "\"until\":\"2027-01-02T00:00:00"));
    for (size_t i = 0; i < text.size; i++) {
        char was = text.at[i];
        text.at[i] = (char)(was ^ 1);
        if (verify(hall, text_slice(&text), SLICE("")) == RECEIPT_FAULT_none &&
            memchr("{}\",: ", was, 6) == NULL)
            fail_msg("byte %zu can be changed: %.20s", i, text.at + i);
        text.at[i] = was;
    }
    hall->vkey[strlen(hall->vkey) - 2] ^= 2;
    assert_int_not_equal(verify(hall, text_slice(&text), SLICE("")), RECEIPT_FAULT_none);
}

static void a_batch_has_one_signature_for_all(void **state)
{
    struct hall *hall = *state;
    struct text asked = paper(hall, 1 << 20), out = paper(hall, 1 << 20);
    const struct standing_question question = ask("transfer", "bank_account", "remote", "");
    uint64_t line = 0;
    put(hall, "w_1", "110105199003071234", "2027-01-01");
    for (unsigned i = 0; i < 5000; i++)
        text_addf(&asked, "{\"document\":\"11010519900307%04u\"}\n", i);
    assert_int_equal(standing_batch(hall->standing, SLICE("o_bank"), &question, text_slice(&asked),
                                    wall(hall), hall->request, &out, &line),
                     STATUS_OK);
    assert_non_null(strstr(out.at, "{\"line\":1235,\"answer\":"));
    assert_non_null(strstr(out.at, "\"asked\":5000,\"hits\":1,"));
    assert_int_equal(verify(hall, text_slice(&out), text_slice(&asked)), RECEIPT_FAULT_none);
    asked.at[20 * 33 + 20] ^= 1; /* somebody else was asked about */
    assert_int_not_equal(verify(hall, text_slice(&out), text_slice(&asked)), RECEIPT_FAULT_none);
    asked.at[20 * 33 + 20] ^= 1;
    const char *first = strchr(out.at, '\n') + 1; /* the hit is left out */
    assert_int_not_equal(verify(hall, slice_of(first), text_slice(&asked)), RECEIPT_FAULT_none);
    assert_int_equal(standing_batch(hall->standing, SLICE("o_bank"), &question,
                                    SLICE("{\"hash\":\"00\"}\n"), wall(hall), hall->request, &out,
                                    &line),
                     STATUS_MALFORMED);
    assert_int_equal(line, 1);
}

/* ---- the book ---- */

static struct text counted(struct hall *hall, const char *document, const char *asker)
{
    struct text text = paper(hall, 2048);
    struct standing_asking asking = asking_of(document);
    asking.asker = slice_of(asker);
    asking.who = SLICE("u_0123456789abcdef");
    assert_int_equal(
        text_add_standing_answer(&text, hall->standing, &asking, STANDING_COUNTED, wall(hall)),
        STATUS_OK);
    return text;
}

static uint64_t sealed(struct hall *hall)
{
    uint64_t count = 0;
    assert_int_equal(store_begin(hall->store), STATUS_OK);
    assert_int_equal(standing_seal(hall->standing, hall->audit, hall->request, &count), STATUS_OK);
    assert_int_equal(store_commit(hall->store), STATUS_OK);
    standing_sealed(hall->standing, count);
    return count;
}

static uint64_t number_in(const struct text *answer)
{
    const char *at = strstr(answer->at, "\"number\":");
    assert_non_null(at);
    return strtoull(at + 9, NULL, 10);
}

static enum receipt_fault proved(struct hall *hall, const struct text *answer,
                                 const struct text *proof, struct receipt_facts *facts)
{
    return receipt_verify_counted(text_slice(answer), text_slice(proof), hall->vkey, hall->request,
                                  facts);
}

static void a_counted_check_is_proved_by_its_number(void **state)
{
    struct hall *hall = *state;
    struct text answer[40], proof = paper(hall, 8192);
    struct receipt_facts facts;
    char document[32];
    put(hall, "w_1", "110105199003070020", "2027-01-01");
    for (unsigned i = 0; i < 40; i++) {
        (void)snprintf(document, sizeof document, "1101051990030700%02u", i);
        answer[i] = counted(hall, document, i % 3 == 0 ? "o_carrier" : "o_bank");
    }
    uint64_t number = number_in(&answer[20]);
    assert_int_equal(standing_proof(hall->store, SLICE("o_bank"), number, hall->request, &proof),
                     STATUS_ABSENT); /* not sealed yet */
    assert_int_equal(sealed(hall), 40);
    assert_int_equal(standing_unsealed(hall->standing), 0);
    for (unsigned i = 0; i < 40; i++) {
        proof = paper(hall, 8192);
        struct slice asker = i % 3 == 0 ? SLICE("o_carrier") : SLICE("o_bank");
        struct slice other = i % 3 == 0 ? SLICE("o_bank") : SLICE("o_carrier");
        assert_int_equal(
            standing_proof(hall->store, other, number_in(&answer[i]), hall->request, &proof),
            STATUS_ABSENT);
        assert_int_equal(
            standing_proof(hall->store, asker, number_in(&answer[i]), hall->request, &proof),
            STATUS_OK);
        assert_int_equal(proved(hall, &answer[i], &proof, &facts), RECEIPT_FAULT_none);
        assert_true(slice_equal(facts.asker, asker) && facts.version == 1 && facts.time.size > 0);
        assert_int_not_equal(proved(hall, &answer[(i + 1) % 40], &proof, &facts),
                             RECEIPT_FAULT_none);
    }
}

static void no_byte_of_a_counted_receipt_or_of_its_proof_can_be_changed(void **state)
{
    struct hall *hall = *state;
    struct text answer, proof = paper(hall, 8192);
    struct receipt_facts facts;
    put(hall, "w_1", "110105199003070020", "2027-01-01");
    for (unsigned i = 0; i < 9; i++)
        (void)counted(hall, "110105199003070021", "o_bank");
    answer = counted(hall, "110105199003070020", "o_bank");
    assert_int_equal(sealed(hall), 10);
    assert_int_equal(
        standing_proof(hall->store, SLICE("o_bank"), number_in(&answer), hall->request, &proof),
        STATUS_OK);
    for (size_t i = 0; i < answer.size; i++) {
        answer.at[i] = (char)(answer.at[i] ^ 1);
        if (proved(hall, &answer, &proof, &facts) == RECEIPT_FAULT_none)
            fail_msg("byte %zu of the answer can be changed: %.20s", i, answer.at + i);
        answer.at[i] = (char)(answer.at[i] ^ 1);
    }
    for (char *at = strstr(proof.at, "\"path\":["); *at != ']'; at++) { /* each hash of the path */
        if (*at < '0' || *at > '9')
            continue;
        *at = (char)(*at ^ 1);
        assert_int_not_equal(proved(hall, &answer, &proof, &facts), RECEIPT_FAULT_none);
        *at = (char)(*at ^ 1);
    }
    char *index = strstr(proof.at, "\"index\":") + 8;
    *index = (char)(*index ^ 1);
    assert_int_not_equal(proved(hall, &answer, &proof, &facts), RECEIPT_FAULT_none);
    *index = (char)(*index ^ 1);
    hall->vkey[strlen(hall->vkey) - 2] ^= 2;
    assert_int_not_equal(proved(hall, &answer, &proof, &facts), RECEIPT_FAULT_none);
}

static void a_full_book_refuses_and_a_number_is_given_once(void **state)
{
    struct hall *hall = *state;
    struct standing_asking asking = asking_of("110105199003070020");
    struct text text = paper(hall, 2048);
    char room[256];
    struct text why = text_over(room, sizeof room);
    asking.asker = SLICE("o_bank");
    for (unsigned i = 0; i < STANDING_BOOK_ROWS_MAX; i++)
        assert_int_equal(standing_note(hall->standing, &asking, SLICE(""), wall(hall)), STATUS_OK);
    assert_int_equal(
        text_add_standing_answer(&text, hall->standing, &asking, STANDING_COUNTED, wall(hall)),
        STATUS_FULL);
    assert_int_equal(text.size, 0);
    assert_int_equal(sealed(hall), STANDING_BOOK_ROWS_MAX);
    struct text before = counted(hall, "110105199003070020", "o_bank"); /* and then it is killed */
    const struct standing_options options = options_of(hall);
    standing_close(hall->standing);
    hall->wall_ms += 2000;
    assert_int_equal(standing_open(&hall->standing, &options, hall->boot, &why), STATUS_OK);
    struct text after = counted(hall, "110105199003070020", "o_bank");
    assert_true(number_in(&after) > number_in(&before));
    assert_int_equal(sealed(hall), 1);
    assert_int_equal(
        standing_proof(hall->store, SLICE("o_bank"), number_in(&before), hall->request, &text),
        STATUS_ABSENT);
}

/* What a killed process leaves of the ring is what it wrote: nothing is sealed at its end. */
static void killed_and_started(struct hall *hall, const char *book, uint64_t waiting)
{
    char room[256];
    struct text why = text_over(room, sizeof room);
    struct standing_options options = options_of(hall);
    options.book_path = book;
    standing_close(hall->standing);
    hall->wall_ms -= 5000; /* the clock goes back, too */
    assert_int_equal(standing_open(&hall->standing, &options, hall->boot, &why), STATUS_OK);
    assert_int_equal(standing_unsealed(hall->standing), waiting);
}

static void a_killed_house_seals_what_it_had_answered(void **state)
{
    struct hall *hall = *state;
    char book[160];
    struct receipt_facts facts;
    struct text answer[3], proof = paper(hall, 1 << 16);
    (void)snprintf(book, sizeof book, "%s/checks.book", hall->folder);
    killed_and_started(hall, book, 0);
    answer[0] = counted(hall, "110105199003070020", "o_bank");
    (void)counted(hall, "110105199003070021", "o_carrier");
    answer[1] = counted(hall, "110105199003070022", "o_bank");
    killed_and_started(hall, book, 3);
    answer[2] = counted(hall, "110105199003070020", "o_bank");
    killed_and_started(hall, book, 4); /* before anything was sealed */
    assert_int_equal(sealed(hall), 4);
    for (unsigned i = 0; i < 3; i++) {
        assert_true(i == 0 || number_in(&answer[i]) > number_in(&answer[i - 1]));
        proof.size = 0;
        assert_int_equal(standing_proof(hall->store, SLICE("o_bank"), number_in(&answer[i]),
                                        hall->request, &proof),
                         STATUS_OK);
        assert_int_equal(proved(hall, &answer[i], &proof, &facts), RECEIPT_FAULT_none);
    }
    killed_and_started(hall, book, 0); /* what was sealed is not sealed again */
    for (unsigned i = 0; i < STANDING_BOOK_ROWS_MAX + 5; i++) { /* the ring goes round */
        (void)counted(hall, "110105199003070020", "o_bank");
        arena_reset(hall->request);
        if (i % 50000 == 49999)
            assert_int_equal(sealed(hall), 50000);
    }
    killed_and_started(hall, book, STANDING_BOOK_ROWS_MAX + 5 - 100000);
}

/* "retention.checks": a year. */
static void it_is_known_who_checked_a_person_for_a_year(void **state)
{
    struct hall *hall = *state;
    const struct secret join = {{9}};
    struct standing_key key = standing_key_of(&join, SLICE("110105199003070020"));
    struct text found = paper(hall, 1 << 16);
    uint64_t count = 0;
    (void)counted(hall, "110105199003070020", "o_bank");
    (void)counted(hall, "110105199003070021", "o_bank");
    (void)counted(hall, "110105199003070020", "o_carrier");
    assert_int_equal(sealed(hall), 3);
    moment from = {0}, to = {(int64_t)1 << 60};
    assert_int_equal(standing_checks_of(hall->store, key, from, to, &found, &count), STATUS_OK);
    assert_int_equal(count, 2);
    assert_non_null(strstr(found.at, "\"asker\":\"o_carrier\",\"by\":\"u_0123456789abcdef\""));
    hall->wall_ms += 365 * (int64_t)DAY_MS;
    assert_int_equal(sealed(hall), 0);
    assert_int_equal(standing_checks_of(hall->store, key, from, to, &found, &count), STATUS_OK);
    assert_int_equal(count, 2); /* the last day is not over */
    hall->wall_ms += 2 * (int64_t)DAY_MS;
    assert_int_equal(sealed(hall), 0);
    assert_int_equal(standing_checks_of(hall->store, key, from, to, &found, &count), STATUS_OK);
    assert_int_equal(count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, hall_up, hall_down)
    const struct CMUnitTest tests[] = {
        TEST(the_index_agrees_with_a_plain_list),
        TEST(readers_see_a_person_whole_while_everything_is_replaced),
        TEST(money_comes_in_and_counters_serve_under_every_pack),
        TEST(the_final_measures_restrict_what_they_say_and_nothing_else),
        TEST(a_card_that_was_chosen_stays_and_so_does_one_of_whoever_chose_none),
        TEST(what_was_suspended_or_taken_back_restricts_nothing),
        TEST(nobody_is_told_what_another_kind_of_executor_restricts),
        TEST(what_stands_is_over_at_midnight_and_survives_a_restart),
        TEST(what_stands_keeps_its_law_when_packs_are_read_again),
        TEST(no_identifier_lies_in_the_file),
        TEST(an_executor_is_matched_with_its_own_customers_alone),
        TEST(a_receipt_holds_and_no_byte_of_it_can_be_changed),
        TEST(a_batch_has_one_signature_for_all),
        TEST(a_counted_check_is_proved_by_its_number),
        TEST(no_byte_of_a_counted_receipt_or_of_its_proof_can_be_changed),
        TEST(a_full_book_refuses_and_a_number_is_given_once),
        TEST(a_killed_house_seals_what_it_had_answered),
        TEST(it_is_known_who_checked_a_person_for_a_year),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
