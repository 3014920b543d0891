/* letter.c -- letters written, signed, and held against those who claim to have written them.
 *
 * Not chosen:  a signature over JSON that both sides spell in the same way.  Every carrier would
 *              have to get that right in its own language; base64 of the bytes needs no care.
 *              A nonce or a counter against replay: whoever receives remembers the ids of letters
 *              until they expire, and an id is there anyway. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "partner/letter.h"
#include "audit/note.h"

enum { LETTER_VERSION = 1, TIME_SIZE_LEAST = 20 };

/* ---- words ---- */

const char *letter_fault_name(enum letter_fault fault)
{
    static const char *const NAMES[] = {
#define FAULT(name, en, zh) #name,
#include "partner/faults.inc"
#undef FAULT
    };
    return NAMES[fault];
}

const struct saying *letter_fault_says(enum letter_fault fault)
{
    static const struct saying SAYINGS[] = {
#define FAULT(name, en, zh) {{en, zh}},
#include "partner/faults.inc"
#undef FAULT
    };
    return &SAYINGS[fault];
}

bool letter_name_holds(struct slice name)
{
    if (name.size == 0 || name.size > LETTER_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.size; i++) {
        char c = name.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'))
            return false;
    }
    return true;
}

/* ---- ids and keys ---- */

struct letter_id letter_id_of(const struct slice *parts, size_t count)
{
    struct letter_id id;
    char hex[DIGEST_HEX_SIZE];
    struct digest digest = digest_of(parts, count); /* each part with its size in front */
    digest_hex(&digest, hex);
    memcpy(id.hex, hex, sizeof id.hex - 1);
    id.hex[sizeof id.hex - 1] = '\0';
    return id;
}

enum status letter_id_parse(struct slice text, struct letter_id *out)
{
    if (text.size != sizeof out->hex - 1)
        return STATUS_MALFORMED;
    for (size_t i = 0; i < text.size; i++)
        if (!((text.at[i] >= '0' && text.at[i] <= '9') || (text.at[i] >= 'a' && text.at[i] <= 'f')))
            return STATUS_MALFORMED;
    memcpy(out->hex, text.at, text.size);
    out->hex[text.size] = '\0';
    return STATUS_OK;
}

enum status letter_key_parse(struct slice text, struct seal_key *out)
{
    struct seal_key key;
    TRY(base64_read(text, key.bytes, sizeof key.bytes));
    *out = key;
    return STATUS_OK;
}

void text_add_letter_key(struct text *text, const struct seal_key *key)
{
    text_add_base64(text, (struct slice){(const char *)key->bytes, sizeof key->bytes});
}

void letter_key_id(const struct seal_key *key, char out[LETTER_KEY_ID_SIZE])
{
    char hex[DIGEST_HEX_SIZE];
    struct slice bytes = {(const char *)key->bytes, sizeof key->bytes};
    struct digest digest = sha256_of(&bytes, 1);
    digest_hex(&digest, hex);
    memcpy(out, hex, LETTER_KEY_ID_SIZE - 1);
    out[LETTER_KEY_ID_SIZE - 1] = '\0';
}

/* ---- writing ---- */

static bool times_hold(moment issued, moment expires)
{
    return issued.ms >= 0 && expires.ms > issued.ms && expires.ms <= MOMENT_MS_MAX &&
           expires.ms - issued.ms <= (int64_t)LETTER_LIFE_MAX_DAYS * DAY_MS;
}

/* "2026-03-02T01:02:03.004Z" */
static void add_time(struct text *text, moment at)
{
    char bytes[40];
    struct text time = text_over(bytes, sizeof bytes);
    text_add_moment(&time, at, 0);
    must(time.size == 29); /* with +00:00 behind it */
    text_addf(text, "\"%.23sZ\"", bytes);
}

/* The bytes that are signed: canonical, so the names stand in order. */
static void letter_add(struct text *text, const struct letter *letter)
{
    text_add_string(text, "{\"body\":");
    text_add(text, letter->body);
    text_add_string(text, ",\"expires\":");
    add_time(text, letter->expires);
    text_add_string(text, ",\"from\":");
    text_add_json(text, letter->from);
    text_addf(text, ",\"id\":\"%s\",\"issued\":", letter->id.hex);
    add_time(text, letter->issued);
    text_add_string(text, ",\"kind\":");
    text_add_json(text, letter->kind);
    if (letter->reply_to.hex[0] != '\0')
        text_addf(text, ",\"reply_to\":\"%s\"", letter->reply_to.hex);
    text_add_string(text, ",\"to\":");
    text_add_json(text, letter->to);
    text_addf(text, ",\"version\":%d}", LETTER_VERSION);
}

enum status letter_write(struct text *text, const struct letter *letter,
                         const struct seal_keypair *keypair)
{
    char bytes[LETTER_BYTES_MAX + 1], key[LETTER_KEY_ID_SIZE];
    struct text plain = text_over(bytes, sizeof bytes);
    struct letter_id id;
    bool reply = letter->reply_to.hex[0] != '\0';
    if (!letter_name_holds(letter->kind) || !letter_name_holds(letter->from) ||
        !letter_name_holds(letter->to) || !times_hold(letter->issued, letter->expires) ||
        letter_id_parse(slice_of(letter->id.hex), &id) != STATUS_OK ||
        (reply && letter_id_parse(slice_of(letter->reply_to.hex), &id) != STATUS_OK) ||
        paper_type(letter->body) != PAPER_OBJECT)
        return STATUS_MALFORMED;
    TRY(paper_check_canonical(letter->body));
    letter_add(&plain, letter);
    if (plain.full)
        return STATUS_FULL;
    struct seal_signature signature = seal_sign(keypair, text_slice(&plain));
    letter_key_id(&keypair->key, key);
    text_addf(text, "{\"key\":\"%s\",\"letter\":\"", key);
    text_add_base64(text, text_slice(&plain));
    text_add_string(text, "\",\"signature\":\"");
    text_add_base64(text, (struct slice){(const char *)signature.bytes, sizeof signature.bytes});
    text_add_string(text, "\"}");
    return text->full ? STATUS_FULL : STATUS_OK;
}

/* ---- reading ---- */

struct envelope {
    struct slice key, letter, signature; /* as they are written, then without quotes */
};

/* Base64 of any size that a letter may have.  STATUS_MALFORMED; STATUS_FULL: no memory. */
static enum status bytes_read(struct slice text, struct arena *request, struct slice *out)
{
    char *bytes = NULL;
    if (text.size == 0 || text.size % 4 != 0)
        return STATUS_MALFORMED;
    size_t size = text.size / 4 * 3;
    size -= text.at[text.size - 1] == '=';
    size -= text.at[text.size - 2] == '=';
    if (size > LETTER_BYTES_MAX)
        return STATUS_MALFORMED;
    TRY(ARENA_NEW(request, size + 1, &bytes));
    TRY(base64_read(text, (unsigned char *)bytes, size));
    *out = (struct slice){bytes, size};
    return STATUS_OK;
}

/* Three texts and nothing else, in any order.  STATUS_MALFORMED; STATUS_FULL: no memory. */
static enum status envelope_read(struct slice json, struct arena *request, struct envelope *out)
{
    struct slice rest = paper_trim(json), name, value;
    struct envelope found = {0};
    if (paper_check(json) != STATUS_OK || paper_type(rest) != PAPER_OBJECT)
        return STATUS_MALFORMED;
    while (paper_next(&rest, &name, &value)) {
        struct slice *at = slice_equal(name, SLICE("key"))         ? &found.key
                           : slice_equal(name, SLICE("letter"))    ? &found.letter
                           : slice_equal(name, SLICE("signature")) ? &found.signature
                                                                   : NULL;
        if (at == NULL)
            return STATUS_MALFORMED;
        TRY(paper_text(value, request, at));
    }
    if (found.key.size == 0 || found.letter.size == 0 || found.signature.size == 0)
        return STATUS_MALFORMED;
    *out = found;
    return STATUS_OK;
}

/* What the letter is about to be read with. */
struct opening {
    const struct letter_keys *keys;
    struct slice self;
    moment now;
    struct arena *request;
    enum letter_fault fault;
};

static enum status refuse(struct opening *opening, enum letter_fault fault)
{
    opening->fault = fault;
    return STATUS_REFUSED;
}

/* Whether one of the sender's keys signed these bytes; nothing else in them was believed so far. */
static enum status signature_check(struct opening *opening, const struct envelope *envelope,
                                   struct slice sender)
{
    struct seal_signature signature;
    unsigned count = 0;
    bool known = false;
    const struct seal_key *key = opening->keys->find(opening->keys->self, sender, &count);
    if (key == NULL)
        return refuse(opening, LETTER_SENDER);
    if (base64_read(envelope->signature, signature.bytes, sizeof signature.bytes) != STATUS_OK)
        return refuse(opening, LETTER_ENVELOPE);
    for (unsigned i = 0; i < count; i++) {
        char id[LETTER_KEY_ID_SIZE];
        letter_key_id(&key[i], id);
        if (!slice_equal(envelope->key, slice_of(id)))
            continue;
        if (seal_verify(&key[i], envelope->letter, &signature))
            return STATUS_OK;
        known = true;
    }
    return refuse(opening, known ? LETTER_SIGNATURE : LETTER_KEY);
}

static enum status time_read(struct slice value, struct arena *request, moment *out)
{
    struct slice text;
    TRY(paper_text(value, request, &text));
    if (text.size < TIME_SIZE_LEAST || text.at[10] != 'T') /* RFC 3339, and nothing looser */
        return STATUS_MALFORMED;
    return moment_parse(text, out);
}

static enum status name_read(struct slice value, struct arena *request, struct slice *out)
{
    TRY(paper_text(value, request, out));
    return letter_name_holds(*out) ? STATUS_OK : STATUS_MALFORMED;
}

static enum status id_read(struct slice value, struct arena *request, struct letter_id *out)
{
    struct slice text;
    TRY(paper_text(value, request, &text));
    return letter_id_parse(text, out);
}

static enum status version_read(struct slice value)
{
    int64_t version = 0;
    TRY(paper_whole(value, &version));
    return version == LETTER_VERSION ? STATUS_OK : STATUS_MALFORMED;
}

static enum status member_read(struct slice name, struct slice value, struct arena *request,
                               struct letter *out)
{
    if (slice_equal(name, SLICE("expires")))
        return time_read(value, request, &out->expires);
    if (slice_equal(name, SLICE("from")))
        return name_read(value, request, &out->from);
    if (slice_equal(name, SLICE("id")))
        return id_read(value, request, &out->id);
    if (slice_equal(name, SLICE("issued")))
        return time_read(value, request, &out->issued);
    if (slice_equal(name, SLICE("kind")))
        return name_read(value, request, &out->kind);
    if (slice_equal(name, SLICE("reply_to")))
        return id_read(value, request, &out->reply_to);
    if (slice_equal(name, SLICE("to")))
        return name_read(value, request, &out->to);
    if (slice_equal(name, SLICE("version")))
        return version_read(value);
    if (!slice_equal(name, SLICE("body")) || paper_type(value) != PAPER_OBJECT)
        return STATUS_MALFORMED;
    out->body = value;
    return STATUS_OK;
}

/* All members are there, none that nobody knows: what a reader passes over, a later one would
 * believe.  STATUS_MALFORMED; STATUS_FULL: no memory. */
static enum status letter_read(struct slice paper, struct arena *request, struct letter *out)
{
    struct slice rest = paper, name, value;
    struct letter letter = {.issued = MOMENT_NONE, .expires = MOMENT_NONE};
    bool version = false;
    while (paper_next(&rest, &name, &value)) {
        TRY(member_read(name, value, request, &letter));
        version = version || slice_equal(name, SLICE("version"));
    }
    if (!version || letter.from.size == 0 || letter.to.size == 0 || letter.kind.size == 0 ||
        letter.id.hex[0] == '\0' || letter.body.size == 0 ||
        !times_hold(letter.issued, letter.expires))
        return STATUS_MALFORMED;
    *out = letter;
    return STATUS_OK;
}

static enum status letter_judge(struct opening *opening, const struct letter *letter)
{
    if (!slice_equal(letter->to, opening->self))
        return refuse(opening, LETTER_SELF);
    if (letter->issued.ms > opening->now.ms + LETTER_SKEW_MS)
        return refuse(opening, LETTER_EARLY);
    if (letter->expires.ms <= opening->now.ms)
        return refuse(opening, LETTER_EXPIRED);
    return STATUS_OK;
}

/* STATUS_MALFORMED becomes the fault; anything else stays. */
static enum status refuse_malformed(struct opening *opening, enum status status,
                                    enum letter_fault fault)
{
    return status == STATUS_MALFORMED ? refuse(opening, fault) : status;
}

static enum status opened(struct opening *opening, struct slice bytes, struct letter *out)
{
    struct envelope envelope = {0};
    struct slice sender = {0}, paper = {0};
    struct arena *request = opening->request;
    if (bytes.size > LETTER_ENVELOPE_MAX)
        return refuse(opening, LETTER_LONG);
    TRY(refuse_malformed(opening, envelope_read(bytes, request, &envelope), LETTER_ENVELOPE));
    if (envelope.letter.size > (LETTER_BYTES_MAX + 2) / 3 * 4)
        return refuse(opening, LETTER_LONG);
    enum status status = bytes_read(envelope.letter, request, &envelope.letter);
    TRY(refuse_malformed(opening, status, LETTER_ENVELOPE));
    paper = paper_trim(envelope.letter);
    if (paper_check(envelope.letter) != STATUS_OK || paper_type(paper) != PAPER_OBJECT)
        return refuse(opening, LETTER_FORM);
    status = name_read(paper_member(paper, "from"), request, &sender);
    TRY(refuse_malformed(opening, status, LETTER_FORM));
    TRY(signature_check(opening, &envelope, sender));
    TRY(refuse_malformed(opening, letter_read(paper, request, out), LETTER_FORM));
    return letter_judge(opening, out);
}

enum status letter_open(struct slice envelope, const struct letter_keys *keys, struct slice self,
                        moment now, struct arena *request, struct letter *out,
                        enum letter_fault *fault)
{
    struct opening opening = {keys, self, now, request, LETTER_FINE};
    enum status status = opened(&opening, envelope, out);
    *fault = opening.fault;
    return status;
}
