/* alert.h -- indents. */
/* SPDX-License-Identifier: Apache-2.0 */
struct alert {
	int n;
};
