import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes the enum {@code Code} from codes.tsv: {@code java GenerateCode.java TABLE OUTPUT_FILE}. Run by the build of this module. */
final class GenerateCode {

    public static void main(String[] args) throws IOException {
        var constants = new StringBuilder();
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            String[] field = line.split("\t");
            if (field.length != 7) {
                throw new IllegalArgumentException("codes.tsv wants 7 fields: " + line);
            }
            constants.append(constants.isEmpty() ? "" : ",\n")
                    .append("    %s(%s, %s, %s, %s, %s, \"%s\")".formatted(
                            field[0], field[1], flag(field[2]), flag(field[3]), field[4], flag(field[5]), field[6]));
        }
        Path output = Path.of(args[1]);
        Files.createDirectories(output.getParent());
        Files.writeString(
                output,
                """
                package io.flashsale.contract;

                /** Every outcome of {@code POST /buy}. Generated from codes.tsv. */
                public enum Code {
                %s;

                    private final int status;
                    private final boolean result;
                    private final boolean throttled;
                    private final int retryAfter;
                    private final boolean binding;
                    private final String message;

                    Code(int status, boolean result, boolean throttled, int retryAfter, boolean binding, String message) {
                        this.status = status;
                        this.result = result;
                        this.throttled = throttled;
                        this.retryAfter = retryAfter;
                        this.binding = binding;
                        this.message = message;
                    }

                    /** The HTTP status. */
                    public int status() {
                        return status;
                    }

                    /** The answer's {@code repResult}. */
                    public boolean result() {
                        return result;
                    }

                    /** The answer's {@code isThrottled}. */
                    public boolean throttled() {
                        return throttled;
                    }

                    /** Seconds for {@code Retry-After}; 0: no such header. */
                    public int retryAfter() {
                        return retryAfter;
                    }

                    /** Whether the outcome, as the edge gives it, binds the request key. */
                    public boolean binding() {
                        return binding;
                    }

                    /** The answer's {@code reponseMsg}, with placeholders in braces. */
                    public String message() {
                        return message;
                    }
                }
                """
                        .formatted(constants));
    }

    private static String flag(String text) {
        return switch (text) {
            case "0" -> "false";
            case "1" -> "true";
            default -> throw new IllegalArgumentException("a flag is 0 or 1, not " + text);
        };
    }

    private GenerateCode() {}
}
