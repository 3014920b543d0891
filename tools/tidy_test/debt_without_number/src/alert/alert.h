/* alert.h -- owes. */
/* SPDX-License-Identifier: Apache-2.0 */
/* TODO: later */
/* FIXME(#7): soon */
// FIXME later
/* TODO #12 */
#define TODO "TODO"
