package io.flashsale.cms.people;

/** What a person may do besides looking at promos and charts, which all may. */
public enum Role {
    /** Drafts promos, and brings their pictures and the lists of whom they are for. */
    EDITOR,
    /** Approves what another has drafted. */
    REVIEWER,
    /** Schedules what is approved, pauses, resumes, tops up and ends; decides what the books leave to a person. */
    OPERATOR,
    /** Keeps the blacklist. */
    RISK,
    /** Reads orders, settlements, the books and the audit log. */
    AUDITOR,
    /** All of these, and who the others are. */
    ADMINISTRATOR
}
