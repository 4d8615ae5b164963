/** Who may buy what: the account's standing and the limits that a session cannot know. */
@NullMarked
package io.flashsale.backend.policy;

import org.jspecify.annotations.NullMarked;
