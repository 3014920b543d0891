/* wording.h -- texts that go to a person, and what may never stand in them.
 *
 * A warning that holds a link or a number is what a fraudster sends; the national warning system
 * therefore sends neither (domain.md 4.1, 12381).  Whatever is sent, from a script or typed, passes
 * wording_holds().  The scripts never ask for a transfer, a code or a shared screen. */
/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "ground/text.h"
#include "ground/tongue.h"

/* What is wrong with a text. */
enum wording_fault {
    WORDING_FINE,
    WORDING_LINK,   /* an address of the web or of mail, or something like one */
    WORDING_NUMBER, /* digits enough to be dialled, in any writing, spaced out or not */
    WORDING_CHAT,   /* an account of a chat program, a group, a QR code */
    WORDING_ASKS,   /* asks for money, a code, a shared screen */
    WORDING_FORM,   /* empty, too long, or holds control or invisible characters */
};

enum { WORDING_BYTES_MAX = 512, WORDING_DIGITS_MAX = 4 };

/* UTF-8.  A number of at most WORDING_DIGITS_MAX digits may stand (a time, a year); more may not,
 * whatever stands between them: blanks, hyphens, brackets, full-width digits, Chinese numerals. */
enum wording_fault wording_check(struct slice text);
const struct saying *wording_fault_says(enum wording_fault fault);

/* The script for a type of scam (T01 … T10, T00) and a way of contact (sms, flash_sms, call,
 * second_call, family, visit); the one for T00 where a type has none of its own.  NULL: no such
 * type or way. */
const struct saying *script_find(struct slice scam, struct slice channel);
/* Every script, for whoever checks or prints them; NULL behind the last. */
struct script {
    const char *scam, *channel;
    struct saying says;
};
const struct script *script_at(unsigned index);
