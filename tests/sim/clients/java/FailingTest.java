import static org.junit.jupiter.api.Assertions.fail;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import sesame.sim.Reader;
import sesame.sim.junit.SesameExtension;

/** A test that fails, for what its report has: test_java.py runs it. */
@ExtendWith(SesameExtension.class)
class FailingTest {
  @Test
  void login(Reader reader) {
    reader.code("1234");
    fail();
  }
}
