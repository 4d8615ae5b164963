package io.flashsale.cms.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.commonmark.node.Block;
import org.commonmark.node.BlockQuote;
import org.commonmark.node.BulletList;
import org.commonmark.node.Code;
import org.commonmark.node.Emphasis;
import org.commonmark.node.HardLineBreak;
import org.commonmark.node.Heading;
import org.commonmark.node.HtmlInline;
import org.commonmark.node.Link;
import org.commonmark.node.ListBlock;
import org.commonmark.node.ListItem;
import org.commonmark.node.Node;
import org.commonmark.node.OrderedList;
import org.commonmark.node.Paragraph;
import org.commonmark.node.SoftLineBreak;
import org.commonmark.node.StrongEmphasis;
import org.commonmark.node.Text;
import org.commonmark.parser.Parser;
import org.jspecify.annotations.Nullable;

/**
 * What people type, read as the few things of Markdown that a shop's text needs: paragraphs, headings, lists, quotations, words that stand out,
 * and links to other sites. It becomes a tree of names that a page knows and of plain texts, never HTML: a node is a list of its name and its
 * children, {@code ["p", "Of ", ["strong", "clay"]]}; a link has its address before them. Whatever else was typed is text.
 */
final class Markup {

    /** Quotations within lists within quotations: deeper ones are shown as if they were not. */
    private static final int DEEPEST = 6;

    /** One address can be named again and again in four letters; the rest is text. */
    private static final int MOST_LINKS = 50;

    private static final Pattern ADDRESS = Pattern.compile("https?://[^\\s\"'<>]{1,500}");

    private static final Parser PARSER = Parser.builder()
            .enabledBlockTypes(Set.of(Heading.class, ListBlock.class, BlockQuote.class))
            .build();

    private int links;

    private Markup() {}

    /** @return a list of nodes, empty where nothing is said */
    static List<Object> read(String text) {
        return new Markup().children(PARSER.parse(text), 0);
    }

    private List<Object> children(Node parent, int depth) {
        var nodes = new ArrayList<>();
        for (Node child = parent.getFirstChild(); child != null; child = child.getNext()) {
            add(nodes, child, depth);
        }
        return nodes;
    }

    private void add(List<Object> nodes, Node node, int depth) {
        if (node instanceof Text text) {
            say(nodes, text.getLiteral());
        } else if (node instanceof Code code) {
            say(nodes, code.getLiteral());
        } else if (node instanceof HtmlInline html) {
            say(nodes, html.getLiteral());
        } else if (node instanceof SoftLineBreak || node instanceof HardLineBreak) {
            nodes.add(List.of("br"));
        } else if (node instanceof Link link
                && ADDRESS.matcher(link.getDestination()).matches()
                && links++ < MOST_LINKS) {
            nodes.add(named(List.of("a", link.getDestination()), link, depth));
        } else {
            String name = name(node);
            // A list and its items go together.
            if (name == null || depth >= (node instanceof ListBlock ? DEEPEST - 1 : DEEPEST)) {
                if (node instanceof Block && !nodes.isEmpty()) {
                    nodes.add(List.of("br"));
                }
                nodes.addAll(children(node, depth));
            } else {
                nodes.add(named(List.of(name), node, depth));
            }
        }
    }

    private List<Object> named(List<String> head, Node node, int depth) {
        var all = new ArrayList<Object>(head);
        all.addAll(children(node, depth + 1));
        return all;
    }

    /** Null: its children stand for it. */
    private static @Nullable String name(Node node) {
        if (node instanceof Paragraph) {
            return tight(node) ? null : "p";
        }
        if (node instanceof Heading) {
            return "h3";
        }
        if (node instanceof BulletList) {
            return "ul";
        }
        if (node instanceof OrderedList) {
            return "ol";
        }
        if (node instanceof ListItem) {
            return "li";
        }
        if (node instanceof BlockQuote) {
            return "blockquote";
        }
        if (node instanceof StrongEmphasis) {
            return "strong";
        }
        return node instanceof Emphasis ? "em" : null;
    }

    /** A list without empty lines between its items has no paragraphs in them. */
    private static boolean tight(Node paragraph) {
        Node item = paragraph.getParent();
        return item instanceof ListItem && item.getParent() instanceof ListBlock list && list.isTight();
    }

    private static void say(List<Object> nodes, String text) {
        int last = nodes.size() - 1;
        if (last >= 0 && nodes.get(last) instanceof String before) {
            nodes.set(last, before + text);
        } else {
            nodes.add(text);
        }
    }
}
