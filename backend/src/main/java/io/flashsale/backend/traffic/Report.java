package io.flashsale.backend.traffic;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * What one worker of an edge counted in about a second (edge-lua/lua/flashsale/traffic.lua).
 *
 * @param lines whom it tells of
 * @param unread lines that are none
 */
record Report(List<Line> lines, int unread) {

    /** @param partners numbers of the accounts, or addresses, that it was seen with */
    record Line(Subject subject, int requests, int throttled, int failed, int malformed, List<Integer> partners) {}

    private static final Pattern LINE = Pattern.compile("(address|network|account|session) ([A-Za-z0-9_.:/-]{1,64})"
            + " ([0-9]{1,8}) ([0-9]{1,8}) ([0-9]{1,8}) ([0-9]{1,8}) (-|[0-9a-f]{8}(?:,[0-9a-f]{8}){0,63})");

    static Report parse(String text) {
        var lines = new ArrayList<Line>();
        int unread = 0;
        for (String each : text.lines().toList()) {
            var line = LINE.matcher(each);
            if (line.matches()) {
                lines.add(new Line(
                        new Subject(line.group(1), line.group(2)),
                        Integer.parseInt(line.group(3)),
                        Integer.parseInt(line.group(4)),
                        Integer.parseInt(line.group(5)),
                        Integer.parseInt(line.group(6)),
                        numbers(line.group(7))));
            } else if (!each.startsWith("seen ")) {
                unread++;
            }
        }
        return new Report(lines, unread);
    }

    private static List<Integer> numbers(String text) {
        if (text.equals("-")) {
            return List.of();
        }
        var numbers = new ArrayList<Integer>();
        for (String each : text.split(",")) {
            numbers.add(Integer.parseUnsignedInt(each, 16));
        }
        return numbers;
    }
}
