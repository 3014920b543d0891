/* letter_fuzz.c -- any bytes as a paper, an envelope, or a letter that was really signed.
 *
 * The first byte chooses: a signature over what is left lets the fuzzer reach what lies behind
 * it. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "audit/note.h"
#include "partner/letter.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct seal_keypair pair;

static const struct seal_key *find(void *self, struct slice organisation, unsigned *count)
{
    (void)self;
    (void)organisation;
    *count = 1;
    return &pair.key;
}

/* Walks all of it, as a reader of bodies would. */
static void walk(struct slice value, struct arena *arena, unsigned depth)
{
    struct slice rest = value, name, inner, text;
    int64_t whole;
    must(depth <= PAPER_DEPTH_MAX);
    (void)!(paper_text(value, arena, &text) == STATUS_OK);
    (void)!(paper_whole(value, &whole) == STATUS_OK);
    if (paper_type(value) == PAPER_OBJECT)
        while (paper_next(&rest, &name, &inner))
            walk(inner, arena, depth + 1);
    rest = value;
    if (paper_type(value) == PAPER_LIST)
        while (paper_next(&rest, NULL, &inner))
            walk(inner, arena, depth + 1);
}

static void envelope_of(struct slice letter, struct text *out)
{
    char key[LETTER_KEY_ID_SIZE];
    struct seal_signature signature = seal_sign(&pair, letter);
    letter_key_id(&pair.key, key);
    text_addf(out, "{\"key\":\"%s\",\"letter\":\"", key);
    text_add_base64(out, letter);
    text_add_string(out, "\",\"signature\":\"");
    text_add_base64(out, (struct slice){(const char *)signature.bytes, sizeof signature.bytes});
    text_add_string(out, "\"}");
}

static void open_it(struct slice envelope, struct arena *arena)
{
    const struct letter_keys keys = {find, NULL};
    struct letter letter = {0};
    enum letter_fault fault;
    const moment now = {1772413323004};
    enum status status = letter_open(envelope, &keys, SLICE("centre"), now, arena, &letter, &fault);
    must(status == STATUS_OK || status == STATUS_REFUSED || status == STATUS_FULL);
    must((fault == LETTER_FINE) == (status != STATUS_REFUSED));
    if (status != STATUS_OK)
        return;
    char again[LETTER_ENVELOPE_MAX + 1];
    struct text text = text_over(again, sizeof again);
    must(letter.body.size > 0 && paper_check(letter.body) == STATUS_OK);
    walk(letter.body, arena, 0);
    if (letter_write(&text, &letter, &pair) == STATUS_OK) { /* canonical: the same is read again */
        struct letter other = {0};
        must(letter_open(text_slice(&text), &keys, SLICE("centre"), now, arena, &other, &fault) ==
             STATUS_OK);
        must(slice_equal(letter.body, other.body) && slice_equal(letter.kind, other.kind));
        must(letter.issued.ms == other.issued.ms && letter.expires.ms == other.expires.ms);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static char room[LETTER_ENVELOPE_MAX * 2];
    struct arena *arena;
    if (size == 0 || size > 40000)
        return 0;
    pair = seal_keypair_of_seed(&(struct seal_seed){{7}});
    struct slice rest = {(const char *)bytes + 1, size - 1};
    must(arena_create(&arena, 8 << 20) == STATUS_OK);
    if (paper_check(rest) == STATUS_OK)
        walk(paper_trim(rest), arena, 0);
    else
        must(paper_check_canonical(rest) != STATUS_OK);
    struct text text = text_over(room, sizeof room);
    if (bytes[0] == 's') {
        envelope_of(rest, &text);
        rest = text_slice(&text);
    }
    open_it(rest, arena);
    arena_destroy(arena);
    return 0;
}
