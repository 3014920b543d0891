/* keyring.c -- the keys of an installation: one file each, which nobody else may read. */
/* SPDX-License-Identifier: Apache-2.0 */
#include "access/access_inside.h"

static const char *const KEY_NAMES[] = {"seal", "pseudonym", "token", "totp", "alert", "letter"};

/* Keys from here on are younger than some installations: whoever only looks does without. */
enum { KEYS_OF_OLD = 4 };

enum { KEYS_COUNT = sizeof KEY_NAMES / sizeof KEY_NAMES[0] };

static enum status key_read(struct volume *keys, const char *name, struct secret *out,
                            struct text *why)
{
    struct volume_file file;
    unsigned char bytes[SECRET_SIZE + 1];
    size_t got = 0;
    TRY(keys->open(keys->self, name, false, &file));
    enum status status = keys->read(keys->self, file, 0, bytes, sizeof bytes, &got);
    keys->close(keys->self, file);
    TRY(status);
    if (got != SECRET_SIZE) {
        text_addf(why, "the key file \"%s\" has not %d bytes", name, SECRET_SIZE);
        return STATUS_REFUSED;
    }
    memcpy(out->bytes, bytes, SECRET_SIZE);
    secret_wipe(bytes, sizeof bytes);
    return STATUS_OK;
}

/* Under another name first, so that a key is there whole or not at all. */
static enum status key_write(struct volume *keys, const char *name, const struct secret *key)
{
    struct volume_file file;
    char making[VOLUME_NAME_MAX];
    struct text text = text_over(making, sizeof making);
    text_addf(&text, "%s.new", name);
    TRY(keys->open(keys->self, making, true, &file));
    enum status status = keys->cut(keys->self, file, 0);
    if (status == STATUS_OK)
        status = keys->write(keys->self, file, 0, key->bytes, SECRET_SIZE);
    if (status == STATUS_OK)
        status = keys->sync(keys->self, file);
    keys->close(keys->self, file);
    if (status == STATUS_OK)
        status = keys->rename(keys->self, making, name);
    return status == STATUS_OK ? keys->sync_names(keys->self) : status;
}

static enum status key_make(struct volume *keys, const char *name, struct seal_chance chance,
                            struct secret *out)
{
    TRY(secret_draw(chance, out));
    return key_write(keys, name, out);
}

enum status access_keys_open(struct volume *keys, bool create, struct seal_chance chance,
                             struct access_keys *out, struct text *why)
{
    struct secret secret[KEYS_COUNT];
    struct access_keys made = {0};
    for (unsigned i = 0; i < KEYS_COUNT; i++) {
        enum status status = key_read(keys, KEY_NAMES[i], &secret[i], why);
        if (status == STATUS_ABSENT && !create && i >= KEYS_OF_OLD) {
            secret[i] = (struct secret){{0}};
            continue;
        }
        if (status == STATUS_ABSENT && create)
            status = key_make(keys, KEY_NAMES[i], chance, &secret[i]);
        if (status != STATUS_OK) {
            if (why->size == 0)
                text_addf(why, "the key \"%s\" %s", KEY_NAMES[i],
                          status == STATUS_ABSENT ? "is not there" : "cannot be read or made");
            return status;
        }
    }
    struct seal_seed seed;
    memcpy(seed.bytes, secret[0].bytes, sizeof seed.bytes);
    made.seal = seal_keypair_of_seed(&seed);
    made.pseudonym = secret[1];
    made.token = secret[2];
    made.totp = secret[3];
    made.alert = secret[4];
    made.letter = secret[5];
    *out = made;
    secret_wipe(&seed, sizeof seed);
    secret_wipe(secret, sizeof secret);
    secret_wipe(&made, sizeof made);
    return STATUS_OK;
}

/* ---- a key that others must know of ---- */

static const char *key_file(char out[VOLUME_NAME_MAX], const char *name, const char *which)
{
    struct text text = text_over(out, VOLUME_NAME_MAX);
    text_addf(&text, "%s.%s", name, which);
    return out;
}

enum status access_key_next(struct volume *keys, const char *name, struct seal_chance chance,
                            struct secret *out, struct text *why)
{
    char next[VOLUME_NAME_MAX];
    enum status status = key_read(keys, key_file(next, name, "next"), out, why);
    return status == STATUS_ABSENT ? key_make(keys, next, chance, out) : status;
}

enum status access_key_follow(struct volume *keys, const char *name, struct text *why)
{
    char next[VOLUME_NAME_MAX], old[VOLUME_NAME_MAX];
    struct secret key;
    TRY(key_read(keys, key_file(next, name, "next"), &key, why));
    enum status status = key_read(keys, name, &key, why);
    if (status == STATUS_OK)
        status = key_write(keys, key_file(old, name, "old"), &key);
    if (status == STATUS_OK)
        status = keys->rename(keys->self, next, name);
    if (status == STATUS_OK)
        status = keys->sync_names(keys->self);
    secret_wipe(&key, sizeof key);
    return status;
}

enum status access_key_old(struct volume *keys, const char *name, struct secret *out,
                           struct text *why)
{
    char old[VOLUME_NAME_MAX];
    return key_read(keys, key_file(old, name, "old"), out, why);
}

/* ---- keys that follow one another ---- */

/* NAME.17 as 17; 0: it is none of these. */
static unsigned ring_number(const char *name, const char *file)
{
    size_t size = strlen(name);
    unsigned number = 0;
    if (strncmp(file, name, size) != 0 || file[size] != '.' || file[size + 1] == '0')
        return 0;
    for (const char *at = file + size + 1; *at != '\0'; at++) {
        if (*at < '0' || *at > '9' || number > 99999)
            return 0;
        number = number * 10 + (unsigned)(*at - '0');
    }
    return number;
}

static const char *ring_file(char out[VOLUME_NAME_MAX], const char *name, unsigned number)
{
    struct text text = text_over(out, VOLUME_NAME_MAX);
    text_addf(&text, "%s.%u", name, number);
    return out;
}

/* Into its place, the newest first. */
static bool ring_put(struct access_ring *ring, unsigned number)
{
    unsigned at = ring->count;
    if (ring->count == ACCESS_RING_MAX)
        return false;
    for (; at > 0 && ring->number[at - 1] < number; at--)
        ring->number[at] = ring->number[at - 1];
    ring->number[at] = number;
    ring->count++;
    return true;
}

/* NAME.alone names the number under which everything lies. */
static enum status alone_read(struct volume *keys, const char *name, unsigned *out)
{
    char file_name[VOLUME_NAME_MAX], bytes[16] = "";
    struct text text = text_over(file_name, sizeof file_name);
    struct volume_file file;
    size_t got = 0;
    *out = 0;
    text_addf(&text, "%s.alone", name);
    enum status status = keys->open(keys->self, file_name, false, &file);
    if (status == STATUS_ABSENT)
        return STATUS_OK;
    TRY(status);
    status = keys->read(keys->self, file, 0, bytes, sizeof bytes - 1, &got);
    keys->close(keys->self, file);
    for (size_t i = 0; i < got && bytes[i] >= '0' && bytes[i] <= '9'; i++)
        *out = *out * 10 + (unsigned)(bytes[i] - '0');
    return status;
}

enum status access_ring_open(struct volume *keys, const char *name, struct arena *scratch,
                             struct access_ring *out, struct text *why)
{
    struct access_ring ring = {0};
    struct volume_name *names = NULL;
    size_t count = 0;
    unsigned alone = 0;
    TRY(keys->list(keys->self, scratch, &names, &count));
    for (size_t i = 0; i < count; i++) {
        unsigned number = ring_number(name, names[i].text);
        if (number == 0 || ring_put(&ring, number))
            continue;
        text_addf(why, "there are more than %d keys \"%s.N\"", ACCESS_RING_MAX, name);
        return STATUS_FULL;
    }
    for (unsigned i = 0; i < ring.count; i++) {
        char file[VOLUME_NAME_MAX];
        TRY(key_read(keys, ring_file(file, name, ring.number[i]), &ring.key[i], why));
    }
    TRY(alone_read(keys, name, &alone));
    ring.alone = ring.count > 0 && alone == ring.number[0];
    *out = ring;
    secret_wipe(&ring, sizeof ring);
    return STATUS_OK;
}

enum status access_ring_turn(struct volume *keys, const char *name, struct seal_chance chance,
                             struct arena *scratch, unsigned *number, struct text *why)
{
    struct access_ring ring;
    struct secret made;
    char file[VOLUME_NAME_MAX];
    TRY(access_ring_open(keys, name, scratch, &ring, why));
    unsigned next = ring.count == 0 ? 1 : ring.number[0] + 1;
    bool full = ring.count == ACCESS_RING_MAX;
    secret_wipe(&ring, sizeof ring);
    if (full) {
        text_addf(why, "%d keys \"%s.N\" wait to be given up; let the service finish first",
                  ACCESS_RING_MAX, name);
        return STATUS_FULL;
    }
    enum status status = key_make(keys, ring_file(file, name, next), chance, &made);
    secret_wipe(&made, sizeof made);
    *number = next;
    return status;
}

enum status access_ring_alone(struct volume *keys, const char *name, const struct access_ring *ring)
{
    char making[VOLUME_NAME_MAX], file_name[VOLUME_NAME_MAX], bytes[16];
    struct text one = text_over(making, sizeof making);
    struct text other = text_over(file_name, sizeof file_name);
    struct text said = text_over(bytes, sizeof bytes);
    struct volume_file file;
    text_addf(&one, "%s.alone.new", name);
    text_addf(&other, "%s.alone", name);
    must(ring->count > 0);
    text_addf(&said, "%u", ring->number[0]);
    TRY(keys->open(keys->self, making, true, &file));
    enum status status = keys->cut(keys->self, file, 0);
    if (status == STATUS_OK)
        status = keys->write(keys->self, file, 0, bytes, said.size);
    if (status == STATUS_OK)
        status = keys->sync(keys->self, file);
    keys->close(keys->self, file);
    if (status == STATUS_OK)
        status = keys->rename(keys->self, making, file_name);
    return status == STATUS_OK ? keys->sync_names(keys->self) : status;
}

enum status access_ring_forget(struct volume *keys, const char *name, struct access_ring *ring)
{
    must(ring->alone);
    for (; ring->count > 1; ring->count--) {
        char file[VOLUME_NAME_MAX];
        unsigned at = ring->count - 1;
        TRY(keys->remove(keys->self, ring_file(file, name, ring->number[at])));
        secret_wipe(&ring->key[at], sizeof ring->key[at]);
    }
    return keys->sync_names(keys->self);
}
