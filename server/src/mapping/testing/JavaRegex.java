import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What Java finds: reads lines of a regular expression and a text, both in Base64 with a blank between them, and
 * writes for each whether all of it fits, then every match with its groups.
 */
public final class JavaRegex {
  public static void main(String[] arguments) throws Exception {
    var input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    var output = new StringBuilder();
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      String[] parts = line.split(" ", -1);
      output.append(found(decode(parts[0]), decode(parts[1]))).append('\n');
    }
    System.out.print(output);
  }

  private static String found(String regex, String text) {
    Pattern pattern;
    try {
      pattern = Pattern.compile(regex);
    } catch (PatternSyntaxException error) {
      return "invalid";
    }
    Matcher matcher = pattern.matcher(text);
    var line = new StringBuilder(String.valueOf(matcher.matches()));
    matcher.reset();
    while (matcher.find()) {
      // JavaScript never stands between the two halves of a character.
      if (matcher.start() == matcher.end() && isWithinCharacter(text, matcher.start())) continue;
      line.append(' ').append(matcher.start()).append('-').append(matcher.end());
      for (int group = 1; group <= matcher.groupCount(); group++) {
        line.append(',').append(matcher.start(group)).append('-').append(matcher.end(group));
      }
    }
    return line.toString();
  }

  private static boolean isWithinCharacter(String text, int place) {
    if (place == 0 || place == text.length()) return false;
    return Character.isSurrogatePair(text.charAt(place - 1), text.charAt(place));
  }

  private static String decode(String base64) {
    return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
  }
}
