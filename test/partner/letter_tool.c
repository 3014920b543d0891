/* letter_tool.c -- letters from the command line, for the test that holds the program against the
 * other side's tool.
 *
 *     letter_tool key                         the public key of the seed 1, 2, 3 … 32
 *     letter_tool write                       the letter of docs/partner.md in its envelope
 *     letter_tool open KEY      an envelope on standard input, as of 2026-03-02T01:03:00Z */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/letter.h"

#include <stdio.h>

enum { INPUT_MAX = 100000 };

static struct seal_key trusted;

static const struct seal_key *find(void *self, struct slice organisation, unsigned *count)
{
    (void)self;
    *count = 1;
    return slice_equal(organisation, SLICE("centre-530100")) ? NULL : &trusted;
}

static struct seal_keypair pair_make(void)
{
    struct seal_seed seed;
    for (unsigned i = 0; i < sizeof seed.bytes; i++)
        seed.bytes[i] = (unsigned char)(i + 1);
    return seal_keypair_of_seed(&seed);
}

static int put(struct text *text)
{
    must(!text->full);
    return printf("%s\n", text->at) > 0 ? 0 : 1;
}

static int letter_put(void)
{
    static char bytes[LETTER_ENVELOPE_MAX + 1];
    struct text text = text_over(bytes, sizeof bytes);
    struct seal_keypair pair = pair_make();
    struct letter letter = {.kind = SLICE("lead.ask"),
                            .from = SLICE("centre-530100"),
                            .to = SLICE("carrier-a"),
                            .body = SLICE("{\"number\":\"+8613800138000\",\"why\":\"线索核查\"}")};
    must(letter_id_parse(SLICE("00112233445566778899aabbccddeeff"), &letter.id) == STATUS_OK);
    must(moment_parse(SLICE("2026-03-02T01:02:03.004Z"), &letter.issued) == STATUS_OK);
    must(moment_parse(SLICE("2026-03-02T01:05:03.004Z"), &letter.expires) == STATUS_OK);
    must(letter_write(&text, &letter, &pair) == STATUS_OK);
    return put(&text);
}

static int letter_look(const char *key)
{
    static char input[INPUT_MAX];
    const struct letter_keys keys = {find, NULL};
    struct arena *arena = NULL;
    struct letter letter = {0};
    enum letter_fault fault = LETTER_FINE;
    moment now = MOMENT_NONE;
    size_t size = fread(input, 1, sizeof input, stdin);
    must(letter_key_parse(slice_of(key), &trusted) == STATUS_OK);
    must(arena_create(&arena, 4 << 20) == STATUS_OK);
    must(moment_parse(SLICE("2026-03-02T01:03:00Z"), &now) == STATUS_OK);
    enum status status = letter_open((struct slice){input, size}, &keys, SLICE("centre-530100"),
                                     now, arena, &letter, &fault);
    if (status == STATUS_OK)
        (void)printf("%.*s %.*s %s %s %.*s\n", (int)letter.from.size, letter.from.at,
                     (int)letter.kind.size, letter.kind.at, letter.id.hex, letter.reply_to.hex,
                     (int)letter.body.size, letter.body.at);
    else
        (void)printf("%s\n", letter_fault_name(fault));
    arena_destroy(arena);
    return 0;
}

int main(int count, char **words)
{
    char bytes[64];
    struct text text = text_over(bytes, sizeof bytes);
    struct seal_keypair pair = pair_make();
    if (count == 2 && strcmp(words[1], "write") == 0)
        return letter_put();
    if (count == 3 && strcmp(words[1], "open") == 0)
        return letter_look(words[2]);
    if (count != 2 || strcmp(words[1], "key") != 0)
        return 2;
    text_add_letter_key(&text, &pair.key);
    return put(&text);
}
