/* mask.h -- the story of another file. */
/* SPDX-License-Identifier: Apache-2.0 */
